package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.wire.RawHttp;
import io.duet.wire.RawSocketIoClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The shipped dashboard and alerts ask for what nodes tell. */
final class DashboardIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void noPanelIsEmptyOnceThereWasTraffic() throws Exception {
        Dashboard dashboard = Dashboard.read();
        int healthPort = RedisServer.freePort();
        String uri = redis.single().uri();
        FixtureProcess node = redis.closing(FixtureProcess.server(
                        "--redis", uri, "--ping-interval", "300ms", "--health-port", Integer.toString(healthPort))
                .allow("sticky sessions")
                .start());
        FixtureProcess other =
                redis.closing(FixtureProcess.server("--redis", uri).start());

        try (RawSocketIoClient ann = RawSocketIoClient.open(node.port());
                RawSocketIoClient bob = RawSocketIoClient.open(other.port());
                RawHttp astray = RawHttp.connect(node.port())) {
            join(ann);
            join(bob);
            ann.send("20[\"join\",{\"room\":\"tea\",\"name\":\"Ann\"}]");
            bob.send("20[\"join\",{\"room\":\"tea\",\"name\":\"Bob\"}]");
            ann.send("21[\"chat\",\"hello\"]");
            astray.get("/socket.io/?EIO=4&transport=polling&sid=elsewhere");

            assertThat(dashboard.size()).isGreaterThan(30);
            Awaitility.await("no empty panel").atMost(LIMIT).untilAsserted(() -> assertThat(
                            dashboard.empty(metrics(healthPort)))
                    .isEmpty());
        }
    }

    /** Pings that come so often may come before the answer. */
    private static void join(RawSocketIoClient client) {
        client.send("0");
        String text = client.webSocket().readText();
        while (text.equals("2")) {
            text = client.webSocket().readText();
        }
        assertThat(text).startsWith("40{");
    }

    private String metrics(int port) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
