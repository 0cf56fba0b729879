package io.duet.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a scenario with each server in turn, round after round, each time in a new process. */
@Command(name = "compare", mixinStandardHelpOptions = true, showDefaultValues = true, sortOptions = false)
public final class Compare implements Callable<Integer> {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final String REFERENCE = "node";

    enum Kind {
        FANOUT,
        ECHO,
        IDLE
    }

    @Option(names = "--scenario", required = true, description = "${COMPLETION-CANDIDATES}")
    Kind scenario = Kind.FANOUT;

    @Option(
            names = "--peers",
            split = ",",
            description =
                    "node, bun, netty-socketio, duet, duet-event-loop, duet-metrics; for those on Java after a colon JVM flags of its own: 'duet:-XX:+UseG1GC -Xmx1g'")
    List<String> peers = List.of("node", "bun", "netty-socketio", "duet", "duet-event-loop");

    @Option(names = "--jvm", description = "JVM flags of duet peers, separated by blanks")
    String jvmFlags = "-XX:+UseSerialGC -Dio.netty.leakDetection.level=disabled";

    @Option(names = "--rounds", description = "how often each server is measured")
    int rounds = 3;

    @Option(names = "--clients", description = "0: as the scenario has it (500, 100, 10000)")
    int clients;

    @Option(names = "--rate", description = "broadcasts a second (fanout)")
    int rate = 60;

    @Option(names = "--bytes", description = "JSON of a message (fanout, echo)")
    int bytes = 240;

    @Option(names = "--warm-up", description = "seconds under load before the measurement")
    int warmUpSeconds = 10;

    @Option(names = "--seconds", description = "0: as the scenario has it (15, 15, 60)")
    int seconds;

    @Option(names = "--jar", description = "the jar with the fixtures")
    Path jar = Path.of("server/target/duet-fixtures.jar");

    @Option(names = "--js", description = "where bench-server.mjs is, with socket.io installed")
    Path js = Path.of("server/src/test/js");

    @Option(names = "--bench", description = "where bun-server.mjs is, with bun installed")
    Path bench = Path.of("server/src/test/bench");

    @Option(names = "--markdown", description = "a file to append the table to")
    @Nullable
    Path markdown;

    private Compare() {}

    /** Prints a table; the exit code is not 0 if a message was lost, came twice or out of order. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Compare())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        String table =
                switch (scenario) {
                    case FANOUT ->
                        work(new Fanout(new Fanout.Options(
                                orElse(clients, 500), rate, bytes, warmUpSeconds, orElse(seconds, 15))));
                    case ECHO ->
                        work(new Echo(
                                new Echo.Options(orElse(clients, 100), bytes, warmUpSeconds, orElse(seconds, 15))));
                    case IDLE -> idle(new Idle(new Idle.Options(orElse(clients, 10_000), 1000, orElse(seconds, 60))));
                };
        OUT.println();
        OUT.print(table);
        if (markdown != null) {
            Files.writeString(markdown, table + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        return 0;
    }

    private String work(Scenario work) {
        List<Rounds<Measurement>> results = rounds(server -> {
            Measurement result = work.run(server);
            OUT.printf(
                    Locale.ROOT,
                    "%.2f us a %s (user %.2f, system %.2f), %.0f/s, %.2f a read, p99 %.2f ms%n",
                    result.micros(),
                    work.unit(),
                    result.userMicros(),
                    result.systemMicros(),
                    result.unitsPerSecond(),
                    result.unitsPerRead(),
                    result.latencies().millis(0.99));
            return result;
        });
        Table table = new Table(
                work.unit(),
                "CPU us",
                "spread",
                "user",
                "system",
                "of " + REFERENCE,
                "per s",
                "per read",
                "p50 ms",
                "p99 ms",
                "p99.9 ms");
        for (Rounds<Measurement> result : results) {
            table.row(
                    result.peer(),
                    result.text(Measurement::micros, 1),
                    result.spread(Measurement::micros, 1),
                    result.text(Measurement::userMicros, 1),
                    result.text(Measurement::systemMicros, 1),
                    result.ratio(results, REFERENCE, Measurement::micros),
                    result.text(Measurement::unitsPerSecond, 0),
                    result.text(Measurement::unitsPerRead, 2),
                    result.text(each -> each.latencies().millis(0.5), 2),
                    result.text(each -> each.latencies().millis(0.99), 2),
                    result.text(each -> each.latencies().millis(0.999), 2));
        }
        return table.markdown();
    }

    private String idle(Idle idle) {
        List<Rounds<Idle.Memory>> results = rounds(server -> {
            Idle.Memory memory = idle.run(server);
            OUT.printf(
                    Locale.ROOT,
                    "%.0f bytes a connection, later %.0f, before the collection %.0f; resident at first %.0f MB%n",
                    memory.bytesPerClient(),
                    memory.bytesPerClientLater(),
                    memory.bytesPerClientAtPeak(),
                    memory.base() / 1e6);
            return memory;
        });
        Table table = new Table(
                "connection",
                "bytes",
                "spread",
                "of " + REFERENCE,
                "later",
                "uncollected",
                "process MB at first",
                "with all");
        for (Rounds<Idle.Memory> result : results) {
            table.row(
                    result.peer(),
                    result.text(Idle.Memory::bytesPerClient, 0),
                    result.spread(Idle.Memory::bytesPerClient, 0),
                    result.ratio(results, REFERENCE, Idle.Memory::bytesPerClient),
                    result.text(Idle.Memory::bytesPerClientLater, 0),
                    result.text(Idle.Memory::bytesPerClientAtPeak, 0),
                    result.text(each -> each.base() / 1e6, 0),
                    result.text(each -> each.peak() / 1e6, 0));
        }
        return table.markdown();
    }

    private <T> List<Rounds<T>> rounds(Function<PeerProcess, T> round) {
        List<String> flags =
                jvmFlags.isBlank() ? List.of() : Arrays.asList(jvmFlags.trim().split(" +"));
        List<Peer> compared = peers.stream()
                .map(spec -> Peer.of(spec, new Peer.Files(jar, js, bench), flags))
                .toList();
        List<Rounds<T>> results = new ArrayList<>();
        compared.forEach(peer -> results.add(new Rounds<>(peer.name(), new ArrayList<>())));
        for (int number = 1; number <= rounds; number++) {
            for (int i = 0; i < compared.size(); i++) {
                OUT.printf("round %d, %s: ", number, compared.get(i).name());
                try (PeerProcess server = PeerProcess.start(compared.get(i))) {
                    results.get(i).measurements().add(round.apply(server));
                }
            }
        }
        return results;
    }

    private static int orElse(int given, int usual) {
        return given > 0 ? given : usual;
    }
}
