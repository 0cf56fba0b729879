package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class HealthServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<Optional<String>> obstacle = new AtomicReference<>(Optional.of("starting"));

    @Test
    void tellsWhetherClientsShouldCome() throws IOException, InterruptedException {
        try (HealthServer server = HealthServer.start(new InetSocketAddress(0), obstacle::get, () -> "up 1\n")) {
            assertThat(get(server, "/healthz")).isEqualTo("200 ok\n");
            assertThat(get(server, "/readyz")).isEqualTo("503 starting\n");
            obstacle.set(Optional.empty());
            assertThat(get(server, "/readyz")).isEqualTo("200 ready\n");
            obstacle.set(Optional.of("draining"));
            assertThat(get(server, "/readyz")).isEqualTo("503 draining\n");
            assertThat(get(server, "/metrics")).isEqualTo("200 up 1\n");
            assertThat(get(server, "/")).startsWith("404");
        }
    }

    private String get(HealthServer server, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + server.port() + path);
        HttpResponse<String> response =
                client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }
}
