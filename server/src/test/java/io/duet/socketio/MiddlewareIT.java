package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.wire.RawSocketIoClient;
import io.duet.wire.WebSocketFrame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Middlewares of namespaces. */
final class MiddlewareIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void aMiddlewareThatFailsInAnyWayRefuses() {
        server.start().use((socket, next) -> {
            throw new AssertionError("expected by this test");
        });

        assertThat(server.client().send("0").read()).isEqualTo("4{\"message\":\"Internal server error\"}");
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void runsInOrderEachAfterTheOneBeforeHasAccepted(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        CompletableFuture<Middleware.Next> first = new CompletableFuture<>();
        io.use((socket, next) -> {
            server.see("first");
            first.complete(next);
        });
        io.use((socket, next) -> {
            server.see("second");
            next.accept();
        });
        io.onConnection(socket -> server.see("connection"));
        RawSocketIoClient client = server.client().send("0");

        assertThat(server.next()).isEqualTo("first");
        assertThat(client.isQuiet()).as("waits for the first").isTrue();
        assertThat(server.hasSeenNothing()).isTrue();
        first.join().accept();

        assertThat(server.next()).isEqualTo("second");
        assertThat(server.next()).isEqualTo("connection");
        assertThat(client.read()).startsWith("0{");
    }

    @Test
    void runsThoseOfTheNamespaceOnly() throws InterruptedException {
        Server io = server.start();
        io.use((socket, next) -> next.refuse("main"));
        io.of("/custom").use((socket, next) -> {
            server.see("custom");
            next.accept();
        });

        assertThat(server.join("/custom").id()).isNotEmpty();
        assertThat(server.next()).isEqualTo("custom");
    }

    @Test
    void runsWithoutAuthToo() {
        Server io = server.start();
        io.use((socket, next) -> next.refuse("auth " + socket.handshake().auth()));

        assertThat(server.client().send("0").read()).isEqualTo("4{\"message\":\"auth {}\"}");
        assertThat(server.client().send("0{\"a\":1}").read()).isEqualTo("4{\"message\":\"auth {\\\"a\\\":1}\"}");
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void refusesWithAMessage(ListenerExecution execution) {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.of("/chat").use((socket, next) -> next.refuse("boom"));
        io.of("/chat").use((socket, next) -> server.see("second"));
        io.of("/chat").onConnection(socket -> server.see("connection"));

        assertThat(server.client().send("0/chat,").read()).isEqualTo("4/chat,{\"message\":\"boom\"}");
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @Test
    void refusesWithData() {
        Server io = server.start();
        io.use((socket, next) -> next.refuse("boom", Map.of("code", 7)));

        assertThat(server.client().send("0").read()).isEqualTo("4{\"message\":\"boom\",\"data\":{\"code\":7}}");
    }

    @Test
    void refusesLaterFromAnotherThread() {
        Server io = server.start();
        io.use((socket, next) -> CompletableFuture.runAsync(() -> next.refuse("later")));

        assertThat(server.client().send("0").read()).isEqualTo("4{\"message\":\"later\"}");
    }

    @Test
    void doesNotTellWhatAMiddlewareThrew() {
        Server io = server.start();
        io.use((socket, next) -> {
            throw new IllegalStateException("secret");
        });

        assertThat(server.client().send("0").read())
                .startsWith("4{\"message\":")
                .doesNotContain("secret");
    }

    @Test
    void takesTheFirstDecisionOnly() throws InterruptedException {
        Server io = server.start();
        io.use((socket, next) -> {
            next.accept();
            next.accept();
            next.refuse("too late");
        });
        io.use((socket, next) -> {
            server.see("second");
            next.accept();
        });

        RawSocketIoClient client = server.join().client();

        assertThat(server.next()).isEqualTo("second");
        assertThat(client.isQuiet()).isTrue();
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @Test
    void letsARefusedClientTryAgain() {
        Server io = server.start();
        io.use((socket, next) -> {
            if (socket.handshake().auth().has("token")) {
                next.accept();
            } else {
                next.refuse("no token");
            }
        });
        RawSocketIoClient client = server.client();

        assertThat(client.send("0").read()).isEqualTo("4{\"message\":\"no token\"}");
        assertThat(client.send("0{\"token\":1}").read()).startsWith("0{\"sid\":");
    }

    @Test
    void keepsTheMiddlewaresOfTheStartOfTheRun() {
        Server io = server.start();
        io.use((socket, next) -> {
            io.use((other, ignored) -> ignored.refuse("added meanwhile"));
            next.accept();
        });

        assertThat(server.join().id()).isNotEmpty();
        assertThat(server.client().send("0").read()).isEqualTo("4{\"message\":\"added meanwhile\"}");
    }

    @Test
    void leavesAClientWaitingUntilTheConnectTimeout() {
        Server io = server.start(options -> options.connectTimeout(Duration.ofMillis(200)));
        io.use((socket, next) -> server.see("asked"));
        RawSocketIoClient client = server.client().send("0");

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    @Test
    void hidesASocketFromBroadcastsUntilItIsAccepted() throws InterruptedException {
        Server io = server.start();
        CompletableFuture<Middleware.Next> pending = new CompletableFuture<>();
        io.use((socket, next) -> {
            socket.join("lobby");
            pending.complete(next);
        });
        RawSocketIoClient client = server.client().send("0");
        Middleware.Next next = pending.join();

        io.emit("to all");
        io.to("lobby").emit("to the lobby");
        assertThat(io.sockets().sockets()).isEmpty();
        assertThat(io.fetchSockets().toCompletableFuture().join()).isEmpty();
        next.accept();

        assertThat(client.read()).startsWith("0{");
        io.emit("now");
        assertThat(client.read()).isEqualTo("2[\"now\"]");
    }

    @Test
    void keepsRoomsAndDataThatAMiddlewareSet() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        io.use((socket, next) -> {
            socket.join("lobby", "hall");
            socket.data().put("user", "anna");
            server.see(socket.connected());
            next.accept();
        });
        ServerExtension.Joined joined = server.join();
        Socket socket = server.socket();

        io.to("hall").emit("hello");

        assertThat(server.next()).isEqualTo(false);
        assertThat(socket.rooms()).isEqualTo(Set.of("lobby", "hall", joined.id()));
        assertThat(socket.data()).containsEntry("user", "anna");
        assertThat(joined.client().read()).isEqualTo("2[\"hello\"]");
    }

    @Test
    void leavesNoRoomBehindARefusedSocket() {
        Server io = server.start();
        io.use((socket, next) -> {
            socket.join("lobby");
            socket.onDisconnect((reason, description) -> server.see("disconnect"));
            next.refuse("no");
        });

        server.client().send("0").read();

        assertThat(io.sockets().adapter().rooms()).isEmpty();
        assertThat(server.hasSeenNothing())
                .as("never connected, never disconnected")
                .isTrue();
    }

    @Test
    void leavesNoRoomBehindAClientThatGoesWhileItWaits() throws InterruptedException {
        Server io = server.start();
        CompletableFuture<Middleware.Next> pending = new CompletableFuture<>();
        io.use((socket, next) -> {
            socket.join("lobby");
            socket.onDisconnect((reason, description) -> server.see("disconnect"));
            pending.complete(next);
        });
        io.onConnection(socket -> server.see("connection"));
        server.client().send("0").send("abc").readClose();

        pending.join().accept();

        await().until(() -> io.sockets().adapter().rooms().isEmpty());
        assertThat(io.sockets().sockets()).isEmpty();
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @Test
    void sendsWhatAMiddlewareEmitsBeforeTheConnectPacket() {
        Server io = server.start();
        io.use((socket, next) -> {
            socket.emit("early");
            next.accept();
        });
        RawSocketIoClient client = server.client().send("0");

        assertThat(List.of(client.read(), client.read().substring(0, 8))).containsExactly("2[\"early\"]", "0{\"sid\":");
    }
}
