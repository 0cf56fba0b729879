package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.presence.PresenceEvent;
import io.duet.adapter.presence.PresenceListener;
import io.duet.adapter.presence.PresenceSnapshot;
import io.duet.adapter.presence.UserSocket;
import io.duet.socketio.ServerExtension.Joined;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Users of one node; what a cluster adds is tested with the adapters. */
final class PresenceIT {
    private static final PresenceOptions.Builder OPTIONS = PresenceOptions.builder()
            .grace(Duration.ofMillis(200))
            .user(socket ->
                    Optional.of(socket.handshake().auth().path("user").asText()).filter(user -> !user.isEmpty()));

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    private Server io;

    @Test
    void aUserIsOnlineFromTheFirstSocketToTheGracePeriodAfterTheLast() throws InterruptedException {
        Presence presence = start();

        RawSocketIoClient first = join("anna");
        assertThat(server.next()).isEqualTo("online anna");
        RawSocketIoClient second = join("anna");
        assertThat(server.next()).isEqualTo("updated anna");
        assertThat(join(presence.socketsOf("anna"))).hasSize(2);
        assertThat(join(presence.counts()).users()).isOne();

        first.close();
        assertThat(server.next()).isEqualTo("updated anna");
        assertThat(join(presence.isOnline("anna"))).isTrue();
        second.close();
        assertThat(server.next()).isEqualTo("offline anna");
        assertThat(join(presence.isOnline("anna"))).isFalse();
        assertThat(join(presence.counts()).sockets()).isZero();
    }

    @Test
    void aReloadIsNotSeen() throws InterruptedException {
        start();
        server.watch(io.sockets());
        RawSocketIoClient page = join("anna");
        assertThat(server.next()).isEqualTo("online anna");

        lose(page, server.socket());
        join("anna");
        join("bert");

        assertThat(server.next()).isEqualTo("online bert");
    }

    @Test
    void roomsAreSeenButThoseOfSocketsAndUsers() throws InterruptedException {
        Presence presence = start();
        server.watch(io.sockets());
        RawSocketIoClient client = join("anna");
        assertThat(server.next()).isEqualTo("online anna");
        Socket socket = server.socket();

        socket.join("red");
        assertThat(server.next()).isEqualTo("joined anna red");
        assertThat(join(presence.usersIn("red"))).containsExactly("anna");
        assertThat(join(presence.usersIn("user:anna"))).isEmpty();
        UserSocket seen = join(presence.socketsOf("anna")).get(0);
        assertThat(seen.socketId()).isEqualTo(socket.id());
        assertThat(seen.entry().rooms()).containsExactly("red");
        assertThat(seen.lastSeen()).isAfterOrEqualTo(seen.entry().connectedAt());
        socket.leave("red");
        assertThat(server.next()).isEqualTo("left anna red");

        socket.join("blue");
        assertThat(server.next()).isEqualTo("joined anna blue");
        client.close();
        assertThat(server.next()).isEqualTo("left anna blue");
        assertThat(server.next()).isEqualTo("offline anna");
    }

    @Test
    void aUserIsReachedOnAllSockets() throws InterruptedException {
        start();
        RawSocketIoClient first = join("anna");
        RawSocketIoClient second = join("anna");
        RawSocketIoClient other = join("bert");

        io.sockets().toUser("anna").emit("hello");
        io.sockets().emit("end");

        assertThat(first.read()).isEqualTo("2[\"hello\"]");
        assertThat(second.read()).isEqualTo("2[\"hello\"]");
        assertThat(other.read()).isEqualTo("2[\"end\"]");
    }

    @Test
    void aSocketMaySayWhoseItIsAtAnyTime() throws InterruptedException {
        Presence presence = start();
        server.watch(io.sockets());
        Joined joined = server.join();
        Socket socket = server.socket();

        join(socket.identify("anna", Map.of("device", "phone")));
        assertThat(server.next()).isEqualTo("online anna");
        assertThat(join(presence.socketsOf("anna")).get(0).entry().metadata()).hasToString("{\"device\":\"phone\"}");

        join(socket.identify("anna", Map.of("device", "tablet")));
        assertThat(server.next()).isEqualTo("updated anna");

        join(socket.identify("bert"));
        assertThat(server.next()).isEqualTo("offline anna");
        assertThat(server.next()).isEqualTo("online bert");
        io.sockets().toUser("anna").emit("not for you");
        io.sockets().toUser("bert").emit("for you");
        assertThat(joined.client().read()).isEqualTo("2[\"for you\"]");
    }

    @Test
    void metadataIsCopied() throws InterruptedException {
        start();
        server.watch(io.sockets());
        server.join();
        Socket socket = server.socket();
        ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("state", "here");
        join(socket.identify("anna", metadata));
        assertThat(server.next()).isEqualTo("online anna");

        join(socket.identify("anna", metadata.put("state", "away")));

        assertThat(server.next()).isEqualTo("updated anna");
    }

    @Test
    void whoHasLeftCannotBeIdentified() throws InterruptedException {
        Presence presence = start();
        server.watch(io.sockets());
        Joined joined = server.join();
        Socket socket = server.socket();
        lose(joined.client(), socket);

        join(socket.identify("anna"));

        assertThat(join(presence.isOnline("anna"))).isFalse();
        assertThat(presence.roomsOf(socket)).isEmpty();
    }

    @Test
    void anIdentityHasAnIdAndLittleMetadata() throws InterruptedException {
        start();
        server.watch(io.sockets());
        server.join();
        Socket socket = server.socket();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> socket.identify(""))
                .withMessageContaining("userId");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> socket.identify("anna", "x".repeat(5_000)))
                .withMessageContaining("metadata: 5002");
    }

    @Test
    void aUserFunctionThatFailsMakesASocketNobodys() throws InterruptedException {
        io = server.start();
        Presence presence = io.presence(PresenceOptions.builder()
                .user(socket -> {
                    throw new IllegalStateException("expected by this test");
                })
                .build());

        join("anna");

        assertThat(join(presence.counts()).sockets()).isZero();
    }

    @Test
    void whoUnsubscribesHearsNoMore() throws InterruptedException {
        Presence presence = start();
        PresenceListener listener = event -> server.see("unwanted");
        join(presence.subscribe(listener));
        presence.unsubscribe(listener);

        join("anna");

        assertThat(server.next()).isEqualTo("online anna");
        join(presence.subscribe(event -> server.see("wanted")));
        join("bert");
        assertThat(List.of(server.next(), server.next())).containsExactlyInAnyOrder("online bert", "wanted");
    }

    @Test
    void questionsFailOnceTheServerIsClosed() {
        Presence presence = start();
        join(io.close());

        assertThat(presence.isOnline("anna")).failsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aRefusedSocketIsNobody() throws InterruptedException {
        Presence presence = start();
        io.sockets().use((socket, next) -> {
            socket.identify("mallory");
            next.refuse("refused");
        });

        RawSocketIoClient client = server.client().send("0");
        assertThat(client.read()).startsWith("4{").contains("refused");
        assertThat(join(presence.isOnline("mallory"))).isFalse();
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @Test
    void aSubscriberStartsWithASnapshot() throws InterruptedException {
        Presence presence = start();
        join("anna");
        assertThat(server.next()).isEqualTo("online anna");

        PresenceSnapshot snapshot = join(presence.subscribe(event -> server.see(event.position())));
        assertThat(snapshot.position()).isOne();
        assertThat(snapshot.users()).containsOnlyKeys("anna");
        join("bert");
        List<Object> seen = List.of(server.next(), server.next());
        assertThat(seen).containsExactlyInAnyOrder("online bert", 2L);
    }

    @Test
    void aRoomsClientsMayBeTold() throws InterruptedException {
        Presence presence = start();
        server.watch(io.sockets());
        presence.relay("red");
        RawSocketIoClient watcher = join("anna");
        join(server.socket().join("red"));
        assertThat(watcher.read()).startsWith("2[\"presence\",{\"type\":\"joined\",\"user\":\"anna\",\"room\":\"red\"");

        join("bert");
        join(server.socket().join("red"));

        assertThat(watcher.read()).startsWith("2[\"presence\",{\"type\":\"joined\",\"user\":\"bert\",\"room\":\"red\"");
    }

    @Test
    void aRelayThatIsTooSlowSaysSo() throws InterruptedException {
        io = server.start();
        Presence presence = io.presence(OPTIONS.build());
        server.watch(io.sockets());
        Joined joined = server.join();
        Socket socket = server.socket();
        join(socket.join("red"));
        CompletableFuture<Void> gate = new CompletableFuture<>();
        presence.relay("red", event -> {
            gate.join();
            return false;
        });

        // More than may wait: each is seen to come and to enter the room, and the one before to go.
        for (int i = 0; i < 40_000; i++) {
            socket.identify("user" + i);
        }
        join(socket.identify("anna"));
        gate.complete(null);

        assertThat(joined.client().read()).isEqualTo("2[\"presence\",{\"type\":\"gap\"}]");
        assertThat(join(presence.counts()).missed()).isPositive();
    }

    @Test
    void aListenerThatFailsHurtsNobody() throws InterruptedException {
        Presence presence = start();
        join(presence.subscribe(event -> {
            throw new IllegalStateException("expected by this test");
        }));

        join("anna");

        assertThat(server.next()).isEqualTo("online anna");
    }

    @Test
    void isBegunOnceAndBeforeItIsUsed() {
        Namespace namespace = server.start().of("/other");

        assertThatIllegalStateException().isThrownBy(namespace::presence).withMessageContaining("presence(options)");
        namespace.presence(PresenceOptions.defaults());
        assertThatIllegalStateException()
                .isThrownBy(() -> namespace.presence(PresenceOptions.defaults()))
                .withMessageContaining("once");
    }

    private Presence start() {
        io = server.start();
        Presence presence = io.presence(OPTIONS.build());
        join(presence.subscribe(event -> server.see(text(event))));
        return presence;
    }

    private RawSocketIoClient join(String user) {
        RawSocketIoClient client = server.client().send("0{\"user\":\"" + user + "\"}");
        assertThat(client.read()).startsWith("0{");
        return client;
    }

    private static String text(PresenceEvent event) {
        return event.type().name().toLowerCase(Locale.ROOT) + " " + event.userId()
                + event.room().map(room -> " " + room).orElse("");
    }

    /** Cuts the connection, and returns once the server knows. */
    private static void lose(RawSocketIoClient client, Socket socket) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        socket.onDisconnect((reason, description) -> gone.complete(null));
        client.close();
        join(gone);
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }
}
