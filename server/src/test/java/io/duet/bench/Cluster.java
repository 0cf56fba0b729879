package io.duet.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs clusters of several sizes of each server in turn, round after round, each time with new nodes and a new Redis. */
@Command(name = "cluster", mixinStandardHelpOptions = true, showDefaultValues = true, sortOptions = false)
public final class Cluster implements Callable<Integer> {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--peers",
            split = ",",
            description =
                    "as of compare; after a slash the wire: classic, targeted, pattern, sharded, sharded-static or streams; after a colon JVM flags: 'duet/pattern:-Xmx1g'")
    List<String> peers = List.of("duet/pattern", "duet/targeted");

    @Option(names = "--nodes", split = ",", description = "sizes of the cluster")
    List<Integer> nodes = List.of(1, 2, 4, 8);

    @Option(names = "--spread", description = "on how many nodes the members of a room are")
    int spread = 2;

    @Option(names = "--rooms", description = "rooms of 12 for each node")
    int rooms = 5;

    @Option(names = "--rate", description = "messages a second in each room")
    int rate = 20;

    @Option(names = "--bytes", description = "JSON of a message")
    int bytes = 240;

    @Option(names = "--warm-up", description = "seconds under load before the measurement")
    int warmUpSeconds = 60;

    @Option(names = "--seconds", description = "of the measurement")
    int seconds = 15;

    @Option(names = "--rounds", description = "how often each is measured")
    int rounds = 1;

    @Option(names = "--jvm", description = "JVM flags of peers on Java, separated by blanks")
    String jvmFlags = "-XX:+UseSerialGC -Xmx256m -Dio.netty.leakDetection.level=disabled";

    @Option(names = "--jar", description = "the jar with the fixtures")
    Path jar = Path.of("server/target/duet-fixtures.jar");

    @Option(names = "--js", description = "where bench-server.mjs is, with socket.io installed")
    Path js = Path.of("server/src/test/js");

    @Option(names = "--bench", description = "where bun-server.mjs is, with bun installed")
    Path bench = Path.of("server/src/test/bench");

    @Option(
            names = "--json",
            description = "a file to append a line for each round to; the report is of all that are in it")
    @Nullable
    Path json;

    @Option(names = "--markdown", description = "a file to write the table to")
    @Nullable
    Path markdown;

    @Option(names = "--charts", description = "a directory for charts over the number of nodes")
    @Nullable
    Path charts;

    private Cluster() {}

    /** Prints a table; the exit code is not 0 if a message was lost, came twice or out of order. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Cluster()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        List<ClusterResult> results = new ArrayList<>();
        if (json != null && Files.exists(json)) {
            for (String line : Files.readAllLines(json)) {
                results.add(JSON.readValue(line, ClusterResult.class));
            }
        }
        List<ClusterResult> fresh = run();
        results.addAll(fresh);
        ClusterReport report = new ClusterReport(results);
        OUT.println();
        OUT.print(report.markdown());
        if (markdown != null) {
            Files.writeString(markdown, report.markdown());
        }
        if (charts != null) {
            Files.createDirectories(charts);
            write(charts.resolve("cluster-redis.svg"), report.redisChart());
            write(charts.resolve("cluster-p99.svg"), report.latencyChart());
        }
        return fresh.stream().allMatch(ClusterResult::faultless) ? 0 : 1;
    }

    private static void write(Path file, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            Files.writeString(file, text.get());
        }
    }

    private List<ClusterResult> run() throws IOException {
        List<String> flags =
                jvmFlags.isBlank() ? List.of() : Arrays.asList(jvmFlags.trim().split(" +"));
        ClusterRun run = new ClusterRun(new ClusterRun.Options(rooms, spread, rate, bytes, warmUpSeconds, seconds));
        List<ClusterResult> results = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (int count : nodes) {
                for (String peer : peers) {
                    OUT.printf("round %d, %d x %s: ", round, count, peer);
                    try (ClusterNodes cluster =
                            ClusterNodes.start(peer, new Peer.Files(jar, js, bench), flags, count)) {
                        ClusterResult result = run.run(peer, cluster);
                        print(result);
                        results.add(result);
                        if (json != null) {
                            Files.writeString(
                                    json,
                                    JSON.writeValueAsString(result) + "\n",
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.APPEND);
                        }
                    }
                }
            }
        }
        return results;
    }

    private static void print(ClusterResult result) {
        OUT.printf(
                Locale.ROOT,
                "%.0f messages/s, %.0f deliveries/s, from Redis %.0f/s (%.2f a message; counted %.0f/s), "
                        + "%.1f us a delivery, Redis %.1f, p50 %.1f p99 %.1f ms; lost %d, repeated %d, disordered %d%n",
                result.sentPerSecond(),
                result.deliveriesPerSecond(),
                result.redisPerSecond(),
                result.redisPerMessage(),
                result.countedPerSecond(),
                result.micros(),
                result.redisMicros(),
                result.p50(),
                result.p99(),
                result.lost(),
                result.repeated(),
                result.disordered());
    }
}
