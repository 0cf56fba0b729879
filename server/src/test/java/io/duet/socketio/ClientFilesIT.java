package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The option {@code serveClient}; what is served is compared with Node in {@code io.duet.it}. */
final class ClientFilesIT {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Server io = Server.builder().build();

    @AfterEach
    void close() {
        io.close().toCompletableFuture().join();
    }

    @Test
    void servesTheClientByDefault() throws Exception {
        io.start();

        HttpResponse<String> answer = get("/socket.io/socket.io.js");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("/*!").contains("Socket.IO v4");
    }

    @Test
    void servesItBelowAPathOfOnesOwn() throws Exception {
        io = Server.builder().path("/chat/io/").build().start();

        assertThat(get("/chat/io/socket.io.js").statusCode()).isEqualTo(200);
        assertThat(get("/socket.io/socket.io.js").statusCode()).isEqualTo(404);
    }

    @Test
    void leavesItsNameToTheEngineWhenItIsOff() throws Exception {
        io = Server.builder().serveClient(false).build().start();

        HttpResponse<String> answer = get("/socket.io/socket.io.js");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("{\"code\":0,\"message\":\"Transport unknown\"}");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + io.port() + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
