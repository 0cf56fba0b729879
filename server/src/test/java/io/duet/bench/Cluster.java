package io.duet.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs clusters of several sizes of each server in turn, round after round, each time with new nodes and a new Redis. */
@Command(name = "cluster", mixinStandardHelpOptions = true, showDefaultValues = true, sortOptions = false)
public final class Cluster implements Callable<Integer> {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

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
    String jvmFlags = "-XX:+UseSerialGC -Xmx256m -Dio.netty.leakDetection.level=disabled -XX:ActiveProcessorCount=1";

    @Mixin
    SharedOptions shared = new SharedOptions();

    private Cluster() {}

    /** Prints a table; the exit code is not 0 if a server failed: a message was lost, came twice or out of order. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Cluster()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        String machine = shared.machine();
        ClusterRun run = new ClusterRun(new ClusterRun.Options(
                rooms, spread, rate, bytes, new WarmUp(warmUpSeconds, shared.warmUpTimes), seconds));
        List<Result> results = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (int count : nodes) {
                for (String peer : peers) {
                    OUT.printf("round %d, %d x %s: ", round, count, peer);
                    Result result = result(run, machine, peer, round, count);
                    OUT.println(
                            result.failure() == null ? Figure.text(result.figures()) : "failed: " + result.failure());
                    results.add(result);
                    shared.keep(result);
                }
            }
        }
        String table = new ClusterReport(Report.groups(results).get(ClusterReport.GROUP)).markdown();
        OUT.println();
        OUT.print(table);
        shared.keep(table);
        return results.stream().allMatch(result -> result.failure() == null) ? 0 : 1;
    }

    private Result result(ClusterRun run, String machine, String peer, int round, int count) {
        List<String> flags =
                jvmFlags.isBlank() ? List.of() : Arrays.asList(jvmFlags.trim().split(" +"));
        Map<Figure, Double> figures = Map.of();
        String failure = null;
        try (ClusterNodes cluster = ClusterNodes.start(peer, shared.files(), flags, count)) {
            figures = run.run(cluster);
        } catch (IllegalStateException e) {
            failure = e.getMessage();
        }
        return new Result(run.scenario(count), "delivery", machine, peer, round, figures, failure);
    }
}
