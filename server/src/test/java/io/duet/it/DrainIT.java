package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.redis.RedisServer;
import io.duet.wire.RawSocketIoClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How the runnable server ends. What a drain does to clients is in {@code ServerCloseIT}. */
final class DrainIT {
    private static final String HANDSHAKE = "/socket.io/?EIO=4&transport=polling";
    private static final int SIGTERM = 128 + 15;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void secondSignalEndsItAtOnce() throws Exception {
        int healthPort = RedisServer.freePort();
        try (FixtureProcess server = FixtureProcess.server(
                                "--drain-time", "60s", "--health-port", Integer.toString(healthPort))
                        .allow("SIGTERM again")
                        .start();
                RawSocketIoClient first = RawSocketIoClient.open(server.port());
                RawSocketIoClient second = RawSocketIoClient.open(server.port())) {
            first.join("/");
            second.join("/");
            assertThat(status(healthPort, "/readyz")).isEqualTo(200);

            server.signal();
            server.awaitLog("stopping: 2 sessions");
            Awaitility.await("refusal")
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> server.get(HANDSHAKE).statusCode() == 503);
            assertThat(status(healthPort, "/readyz")).isEqualTo(503);
            assertThat(status(healthPort, "/healthz")).isEqualTo(200);

            assertThat(server.terminate()).isLessThan(Duration.ofSeconds(5));
            assertThat(server.exitCode()).isEqualTo(SIGTERM);
            assertThat(server.log()).anyMatch(line -> line.contains("SIGTERM again"));
        }
    }

    @Test
    void staysOpenForTheDelayAndNoLongerThanTheLimit() throws Exception {
        try (FixtureProcess server = FixtureProcess.server(
                        "--drain-delay", "1s", "--drain-time", "0s", "--drain-timeout", "1s")
                .start()) {
            // Never polls again, so that its connect packet stays in the queue.
            String open = server.get(HANDSHAKE).body();
            String sid = open.replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");
            HttpRequest connect = HttpRequest.newBuilder(URI.create(server.url() + HANDSHAKE + "&sid=" + sid))
                    .POST(HttpRequest.BodyPublishers.ofString("40"))
                    .build();
            assertThat(http.send(connect, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);

            long start = System.nanoTime();
            server.signal();
            server.awaitLog("stopping: 1 sessions");
            assertThat(server.get(HANDSHAKE).statusCode()).as("in the delay").isEqualTo(200);
            server.awaitEnd(Duration.ofSeconds(8));

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
            assertThat(server.exitCode()).isEqualTo(SIGTERM);
        }
    }

    private int status(int port, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
