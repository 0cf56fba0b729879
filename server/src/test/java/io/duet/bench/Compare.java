package io.duet.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a scenario with each server in turn, round after round, each time in a new process. */
@Command(name = "compare", mixinStandardHelpOptions = true, showDefaultValues = true, sortOptions = false)
public final class Compare implements Callable<Integer> {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final int SERVER_CORE = 0;
    private static final int GENERATOR_CORE = 1;

    @Option(names = "--scenario", required = true, description = "${COMPLETION-CANDIDATES}")
    Kind scenario = Kind.FANOUT;

    @Option(
            names = "--peers",
            split = ",",
            description =
                    "bare, node, bun, netty-socketio, duet, duet-event-loop, duet-metrics; for those on Java after a colon JVM flags of its own: 'duet:-XX:+UseG1GC -Xmx1g'")
    List<String> peers = List.of("node", "bun", "netty-socketio", "duet", "duet-event-loop");

    @Option(names = "--jvm", description = "JVM flags of duet peers, separated by blanks")
    String jvmFlags = "-XX:+UseSerialGC -Dio.netty.leakDetection.level=disabled";

    @Option(names = "--rounds", description = "how often each server is measured")
    int roundCount = 3;

    @Option(names = "--saturate", description = "offer more and more until the server falls behind")
    boolean saturate;

    @Option(names = "--pin", description = "servers on one core, all clients on another (taskset)")
    boolean pin;

    @Option(names = "--clients", description = "0: as the scenario has it")
    int clients;

    @Option(
            names = "--rate",
            description =
                    "broadcasts, bursts or connections a second, with --saturate of the first step; 0: as the scenario has it")
    double rate;

    @Option(names = "--bytes", description = "JSON of a message, or attachment; 0: as the scenario has it")
    int bytes;

    @Option(names = "--rooms", description = "of twelve (rooms)")
    int rooms = 1000;

    @Option(
            names = "--burst",
            description =
                    "what a client sends at once (echo, churn); 0: as the scenario has it, 1, or 10 with --saturate")
    int burst;

    @Option(names = "--warm-up", description = "seconds under load before the measurement")
    int warmUpSeconds = 10;

    @Option(
            names = "--seconds",
            description = "of the measurement, with --saturate of a step; 0: as the scenario has it")
    int seconds;

    @Option(names = "--name", description = "the scenario's name in that file; default: its own")
    String name = "";

    @Mixin
    SharedOptions shared = new SharedOptions();

    private Compare() {}

    /** Prints a table; the exit code is not 0 if a server failed: a message was lost, came twice or out of order. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Compare())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        String machine = shared.machine() + (pin ? ", one core for the server and one for the clients" : "");
        if (pin) {
            Machine.pin(ProcessHandle.current(), GENERATOR_CORE);
            OUT.printf("servers on core %d, clients on core %d%n", SERVER_CORE, GENERATOR_CORE);
        }
        Kind.Settings settings = new Kind.Settings(
                clients, rate, bytes, rooms, burst, new WarmUp(warmUpSeconds, shared.warmUpTimes), seconds);
        Results results =
                new Results(rounds(machine, saturate ? scenario.saturated(settings, OUT) : scenario.steady(settings)));
        OUT.println();
        OUT.print(results.markdown());
        shared.keep(results.markdown());
        return results.failures().isEmpty() ? 0 : 1;
    }

    private List<Result> rounds(String machine, Scenario work) {
        List<Result> results = new ArrayList<>();
        Set<String> failed = new HashSet<>();
        for (int round = 1; round <= roundCount; round++) {
            for (Peer peer : peers(work)) {
                if (failed.contains(peer.name())) {
                    continue;
                }
                OUT.printf("round %d, %s: ", round, peer.name());
                Map<Figure, Double> figures = Map.of();
                String failure = null;
                try (PeerProcess server = PeerProcess.start(peer)) {
                    figures = work.run(server);
                } catch (IllegalStateException e) {
                    failure = e.getMessage();
                    failed.add(peer.name());
                }
                OUT.println(failure == null ? Figure.text(figures) : "failed: " + failure);
                Result result = new Result(
                        name.isEmpty() ? scenario.name().toLowerCase(Locale.ROOT) : name,
                        work.unit(),
                        machine,
                        peer.name(),
                        round,
                        figures,
                        failure);
                results.add(result);
                shared.keep(result);
            }
        }
        return results;
    }

    private List<Peer> peers(Scenario work) {
        List<String> flags =
                jvmFlags.isBlank() ? List.of() : Arrays.asList(jvmFlags.trim().split(" +"));
        return peers.stream()
                .map(spec -> Peer.of(spec, shared.files(), flags)
                        .with(work.serverOptions().toArray(String[]::new)))
                .map(peer -> pin ? peer.on(SERVER_CORE) : peer)
                .toList();
    }
}
