package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.presence.PresenceEvent;
import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import io.duet.socketio.PresenceOptions;
import io.duet.socketio.RemoteSocket;
import io.duet.socketio.Server;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Two servers on one Redis, with a client each, and whether they are one cluster. */
final class TwoServers implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Queue<PresenceEvent> told = new ConcurrentLinkedQueue<>();
    private final Server first;
    private final Server second;

    TwoServers(String uri) {
        first = start(uri);
        second = start(uri);
        get(second.presence().subscribe(told::add));
    }

    void assertAreOne() {
        await().atMost(LIMIT)
                .until(() -> get(first.sockets().adapter().serverCount()) == 2
                        && get(second.sockets().adapter().serverCount()) == 2);
        try (RawSocketIoClient anna = join(first, "anna");
                RawSocketIoClient bert = join(second, "bert")) {
            assertBroadcastsPass(anna, bert);
            assertRoomsAreShared(bert);
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(get(first.presence().users("", 10)))
                            .isEqualTo(get(second.presence().users("", 10)))
                            .containsExactly("anna", "bert"));
            first.toUser("bert").emit("hello");
            assertThat(bert.read()).isEqualTo("2[\"hello\"]");
        }
        await().atMost(LIMIT).untilAsserted(() -> assertThat(told)
                .extracting(event -> event.type() + " " + event.userId())
                .containsExactlyInAnyOrder("ONLINE anna", "ONLINE bert", "OFFLINE anna", "OFFLINE bert"));
    }

    private void assertBroadcastsPass(RawSocketIoClient anna, RawSocketIoClient bert) {
        first.emit("news", "one", new byte[] {1, 2});
        for (RawSocketIoClient client : List.of(anna, bert)) {
            assertThat(client.read()).isEqualTo("51-[\"news\",\"one\",{\"_placeholder\":true,\"num\":0}]");
            assertThat(client.readBinary()).containsExactly(1, 2);
        }
    }

    /** Joins its user to a room from the other server, and finds it there. */
    private void assertRoomsAreShared(RawSocketIoClient bert) {
        first.toUser("bert").socketsJoin("tea");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(get(first.in("tea").fetchSockets()))
                .flatExtracting(RemoteSocket::rooms)
                .contains("tea", "user:bert"));
        first.to("tea").emit("milk");
        assertThat(bert.read()).isEqualTo("2[\"milk\"]");
        assertThat(get(first.fetchSockets())).hasSize(2);
    }

    private static Server start(String uri) {
        Server server = Server.builder()
                .host("127.0.0.1")
                .adapter(RedisAdapter.classic(uri, RedisAdapterOptions.defaults()))
                .build();
        server.presence(PresenceOptions.builder()
                .user(socket ->
                        Optional.of(socket.handshake().auth().path("user").asText()))
                .rooms(room -> false)
                .grace(Duration.ofMillis(100))
                .build());
        return server.start();
    }

    private static RawSocketIoClient join(Server server, String user) {
        RawSocketIoClient client = RawSocketIoClient.open(server.port()).send("0{\"user\":\"" + user + "\"}");
        assertThat(client.read()).startsWith("0{");
        return client;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        get(first.close());
        get(second.close());
    }
}
