package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything that peers can do wrong, at a running server: each of them gets an error or is closed, and nobody else notices. */
final class LiveFuzzIT {
    private static final long SEED = 20_260_101;
    private static final int INPUTS = 5_000;
    private static final int MANY_INPUTS = 100_000;
    private static final int AT_ONCE = 4;
    private static final int PIPELINED = 10;

    /** What may be in the log: the library's own two lines at the start, the word of the fixture, and a hint, once, at unknown sessions. */
    private static final String EXPECTED_LINES = "ready \\d+"
            + "|.* WARN io\\.duet\\.engineio\\.RequestRouter - .*sticky sessions\\?"
            + "|.* INFO com\\.corundumstudio\\.socketio\\.SocketIOServer - (Session store|SocketIO server started).*";

    @Test
    void malformedInputHurtsOnlyItsSender() throws Exception {
        attack(INPUTS);
    }

    @Tag("long")
    @Test
    void muchMalformedInputHurtsOnlyItsSender() throws Exception {
        attack(MANY_INPUTS);
    }

    private static void attack(int inputs) throws Exception {
        try (LoadedServer server =
                LoadedServer.start("--ping-interval", "1000", "--ping-timeout", "6000", "--connect-timeout", "1000")) {
            ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE + 1);
            try (EngineClient good = WebSocketClient.open(server.port())) {
                good.join();
                List<Future<Void>> attackers = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    attackers.add(threads.submit(attacker(server.port(), SEED + i, inputs / AT_ONCE)));
                }
                Future<Integer> echoes = threads.submit(() -> echoUntilDone(good, attackers));

                for (Future<Void> attacker : attackers) {
                    attacker.get(6, TimeUnit.MINUTES);
                }

                assertThat(echoes.get(1, TimeUnit.MINUTES))
                        .as("echoes meanwhile")
                        .isGreaterThan(100);
            } finally {
                threads.shutdownNow();
            }
            server.awaitState(LoadedServer.State.EMPTY);
            assertThat(server.process().log()).allMatch(line -> line.matches(EXPECTED_LINES));
        }
    }

    private static int echoUntilDone(EngineClient good, List<Future<Void>> attackers) {
        int number = 0;
        long lastAnswer = System.nanoTime();
        try {
            while (!attackers.stream().allMatch(Future::isDone)) {
                for (int i = 0; i < PIPELINED; i++) {
                    good.send("42" + (number + i) + EngineClient.event("echo", number + i));
                }
                for (int i = 0; i < PIPELINED; i++, number++) {
                    assertThat(good.receive()).isEqualTo("43" + number + "[" + number + "]");
                    lastAnswer = System.nanoTime();
                }
            }
            return number;
        } catch (IOException e) {
            Duration silence = Duration.ofNanos(System.nanoTime() - lastAnswer);
            throw new AssertionError(
                    "after " + number + " echoes, " + good.pings() + " pings and a silence of " + silence, e);
        }
    }

    private static Callable<Void> attacker(int port, long seed, int inputs) {
        return () -> {
            MalformedInput input = new MalformedInput(seed);
            for (int i = 0; i < inputs; i++) {
                try {
                    attack(port, input);
                } catch (IOException | AssertionError e) {
                    throw new AssertionError("seed " + seed + ", input " + i, e);
                }
            }
            return null;
        };
    }

    private static void attack(int port, MalformedInput input) throws IOException {
        switch (input.below(6)) {
            case 0, 1 -> sendRequest(port, input.httpRequest());
            case 2 -> postIllegalPacket(port, input);
            case 3 -> sendIllegalPacket(port, input);
            case 4 -> sendIllegalFrame(port, input);
            default -> sendAnything(port, input);
        }
    }

    /** The sender then ends its side: whatever the server has made of it, it must end the connection too. */
    private static void sendRequest(int port, byte[] request) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            connection.socket().getOutputStream().write(request);
            awaitClosed(connection.socket());
        } catch (SocketException e) {
            // Closed before all was written.
        }
    }

    private static void postIllegalPacket(int port, MalformedInput input) throws IOException {
        String packet = input.illegalPacket();
        try (PollingClient client = PollingClient.open(port)) {
            try {
                if (input.below(2) == 0) {
                    client.join();
                }
                client.send(packet);
                client.awaitEnd();
            } catch (EOFException e) {
                // The POST itself may be refused.
            } catch (SocketTimeoutException e) {
                throw new AssertionError("survived by POST: " + packet, e);
            }
        }
    }

    private static void sendIllegalPacket(int port, MalformedInput input) throws IOException {
        String packet = input.illegalPacket();
        try (WebSocketClient client = WebSocketClient.open(port)) {
            if (input.below(2) == 0) {
                client.join();
            }
            try {
                client.send(packet.split("\u001e", -1));
                client.awaitEnd();
            } catch (SocketTimeoutException e) {
                throw new AssertionError("survived by WebSocket: " + packet, e);
            } catch (SocketException e) {
                // Closed before the second of two frames was written.
            }
        }
    }

    private static void sendIllegalFrame(int port, MalformedInput input) throws IOException {
        byte[] frame = input.illegalFrame();
        try (WebSocketClient client = WebSocketClient.open(port)) {
            if (input.below(2) == 0) {
                client.join();
            }
            client.write(frame);
            try {
                client.awaitEnd();
            } catch (SocketTimeoutException e) {
                throw new AssertionError("survived: frame " + HexFormat.of().formatHex(frame), e);
            }
        }
    }

    private static void sendAnything(int port, MalformedInput input) throws IOException {
        if (input.below(2) == 0) {
            try (WebSocketClient client = WebSocketClient.open(port)) {
                client.write(input.anyFrames());
                awaitClosed(client.socket());
            } catch (SocketException e) {
                // Closed before all was written.
            }
            return;
        }
        try (PollingClient client = PollingClient.open(port)) {
            client.send("40");
            client.send(input.anyPackets());
        } catch (EOFException e) {
            // Refused.
        }
    }

    private static void awaitClosed(Socket socket) throws IOException {
        try {
            socket.shutdownOutput();
            InputStream answers = socket.getInputStream();
            answers.readAllBytes();
        } catch (SocketException e) {
            // Reset: the server had already closed when something more arrived.
        }
    }
}
