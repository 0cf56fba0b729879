package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Unmodified JavaScript clients of three generations; what is checked is said in the README of the kit, {@code src/test/js}. */
final class InteropIT {
    private static final Duration LIMIT = Duration.ofSeconds(70);
    private static final List<String> CLIENTS = List.of("4", "3", "2");
    private static final List<String> TRANSPORTS = List.of("polling", "websocket", "upgrade");

    private static FixtureProcess server;
    private static FixtureProcess msgpackServer;

    @BeforeAll
    static void startServer() throws Exception {
        server = FixtureProcess.fixture("interop").start();
        msgpackServer = FixtureProcess.fixture("interop", "--parser", "msgpack").start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        try {
            server.close();
        } finally {
            msgpackServer.close();
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "client {0}, {1}")
    @MethodSource("clientsAndTransports")
    void exchangesEveryKindOfValueInEveryDirection(String client, String transport) throws Exception {
        run("matrix.mjs", client, transport);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "client {0}, {1}")
    @CsvSource({"4, polling", "4, websocket", "4, upgrade", "2, polling", "2, websocket", "2, upgrade"})
    void doesTheSameWithClientsThatTakeNoBinary(String client, String transport) throws Exception {
        run("matrix.mjs", client, transport, "--base64");
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "client {0}, {1}")
    @MethodSource("clientsAndTransports")
    void bothSidesAgreeOnTheReasonOfADisconnection(String client, String transport) throws Exception {
        run("disconnects.mjs", client, transport);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "client {0}, {1}")
    @MethodSource("clientsWithMsgpack")
    void doesTheSameWithTheMsgpackParser(String client, String transport) throws Exception {
        for (String name : List.of("matrix.mjs", "disconnects.mjs")) {
            try (NodeScript script = start(name, msgpackServer, client, transport, "--parser", "msgpack")) {
                script.assertPasses(LIMIT);
            }
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "client {0}")
    @ValueSource(strings = {"4", "3", "2"})
    void losesNothingWhenClientsUpgradeUnderLoad(String client) throws Exception {
        run("upgrade-load.mjs", client, "upgrade", "--clients", "4", "--events", "10000");
    }

    /** All scripts at once: most of their time is waiting. */
    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void closesPeersThatStopAnsweringPings() throws Exception {
        try (FixtureProcess quick = FixtureProcess.fixture("interop", "--ping-interval", "400", "--ping-timeout", "800")
                .start()) {
            List<NodeScript> scripts = new ArrayList<>();
            try {
                for (String client : CLIENTS) {
                    for (String transport : TRANSPORTS) {
                        scripts.add(start("heartbeat.mjs", quick, client, transport));
                    }
                }
                for (NodeScript script : scripts) {
                    script.assertPasses(LIMIT);
                }
            } finally {
                scripts.forEach(NodeScript::close);
            }
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "client {0}, {1}, {2}")
    @CsvSource({
        "4, polling, SIGKILL",
        "4, upgrade, SIGKILL",
        "4, websocket, SIGTERM",
        "3, upgrade, SIGTERM",
        "2, websocket, SIGTERM"
    })
    void clientsComeBackAfterARestart(String client, String transport, String signal) throws Exception {
        restart(client, transport, signal);
    }

    @ParameterizedTest(name = "client {0}, {1}, {2}")
    @MethodSource("clientsTransportsAndSignals")
    @Tag("long")
    void clientsOfAnyKindComeBackAfterAnyRestart(String client, String transport, String signal) throws Exception {
        restart(client, transport, signal);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"polling, json", "websocket, json", "upgrade, json", "websocket, msgpack"})
    void recoversClientsThatLostTheirConnection(String transport, String parser) throws Exception {
        try (FixtureProcess recovering = FixtureProcess.fixture("interop", "--recovery", "--parser", parser)
                        .start();
                NodeScript script = start("recovery.mjs", recovering, "4", transport, "--parser", parser)) {
            script.assertPasses(LIMIT);
        }
    }

    static Stream<Arguments> clientsAndTransports() {
        return CLIENTS.stream()
                .flatMap(client -> TRANSPORTS.stream().map(transport -> Arguments.of(client, transport)));
    }

    static Stream<Arguments> clientsWithMsgpack() {
        return clientsAndTransports().filter(arguments -> !arguments.get()[0].equals("2"));
    }

    /** Not told to end while a client polls: it may be between two polls then, and the reason is either. */
    static Stream<Arguments> clientsTransportsAndSignals() {
        return clientsAndTransports()
                .flatMap(both -> Stream.of("SIGKILL", "SIGTERM")
                        .map(signal -> Arguments.of(both.get()[0], both.get()[1], signal)))
                .filter(all -> !all.get()[1].equals("polling") || all.get()[2].equals("SIGKILL"));
    }

    private static void restart(String client, String transport, String signal) throws Exception {
        try (FixtureProcess before = FixtureProcess.fixture("interop").start();
                NodeScript script = start("reconnect.mjs", before, client, transport)) {
            script.awaitLine("connected", LIMIT);
            if (signal.equals("SIGKILL")) {
                before.kill();
            } else {
                assertThat(before.terminate()).isLessThan(Duration.ofSeconds(5));
            }
            String disconnected = script.awaitLine("disconnected: ", LIMIT);
            if (signal.equals("SIGTERM")) {
                assertThat(disconnected).isEqualTo("disconnected: transport close");
            }
            try (FixtureProcess after =
                    FixtureProcess.fixture("interop").port(before.port()).start()) {
                script.assertPasses(LIMIT);
                assertThat(after.port()).isEqualTo(before.port());
            }
        }
    }

    private static void run(String name, String client, String transport, String... more) throws Exception {
        try (NodeScript script = start(name, server, client, transport, more)) {
            script.assertPasses(LIMIT);
        }
    }

    private static NodeScript start(String name, FixtureProcess on, String client, String transport, String... more)
            throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--url", on.url(), "--client", client, "--transport", transport));
        arguments.addAll(List.of(more));
        return NodeScript.kit(name, arguments.toArray(String[]::new));
    }
}
