package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ServerCloseIT {
    private static final int LIMIT_SECONDS = 5;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void closesWhenTheLastSessionEndsAfterTheCallHasReturned() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Server io = Server.builder()
                .port(0)
                .listenerExecution(ListenerExecution.EVENT_LOOP)
                .build();
        io.onConnection(socket -> {
            socket.onDisconnecting((reason, description) -> awaitQuietly(mayEnd));
            connected.countDown();
        });
        io.start();
        connect("http://127.0.0.1:" + io.port() + "/socket.io/?EIO=4&transport=polling");
        assertThat(connected.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();

        CompletionStage<Void> closing = io.close();
        mayEnd.countDown();

        assertThat(closing.toCompletableFuture()).succeedsWithin(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private void connect(String url) throws IOException, InterruptedException {
        String open = http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
        String sid = open.replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");
        http.send(
                HttpRequest.newBuilder(URI.create(url + "&sid=" + sid))
                        .POST(BodyPublishers.ofString("40"))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
