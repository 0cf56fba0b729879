package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.engineio.CloseReason;
import io.duet.engineio.EngineListener;
import io.duet.engineio.EngineSession;
import io.duet.engineio.SessionListener;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.WebSocketFrame;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Joining namespaces, and packets that are illegal in their state. */
final class ConnectIT {
    private static final String SID = "\\{\"sid\":\"[A-Za-z0-9_-]{20}\"\\}";

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void joinsTheMainNamespace(ListenerExecution execution) {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> socket.emit("auth", socket.handshake().auth()));
        RawSocketIoClient client = server.client().send("0");

        assertThat(client.read()).matches("0" + SID);
        assertThat(client.read()).isEqualTo("2[\"auth\",{}]");
    }

    @Test
    void joinsWithAuth() {
        Server io = server.start();
        io.onConnection(socket -> socket.emit("auth", socket.handshake().auth()));
        RawSocketIoClient client = server.client().send("0{\"token\":\"123\",\"deep\":{\"er\":[1,null]}}");

        client.read();

        assertThat(client.read()).isEqualTo("2[\"auth\",{\"token\":\"123\",\"deep\":{\"er\":[1,null]}}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/custom,", "0/custom", "0/custom,{\"token\":\"abc\"}"})
    void joinsAnotherNamespaceAlone(String connect) {
        Server io = server.start();
        io.of("/custom")
                .onConnection(socket -> socket.emit("auth", socket.handshake().auth()));
        RawSocketIoClient client = server.client().send(connect);

        assertThat(client.read()).matches("0/custom," + SID);
        String auth = connect.contains("{") ? connect.substring(connect.indexOf('{')) : "{}";
        assertThat(client.read()).isEqualTo("2/custom,[\"auth\"," + auth + "]");
        assertThat(io.sockets().sockets()).isEmpty();
    }

    @Test
    void joinsNothingWithoutBeingAsked() {
        Server io = server.start();

        RawSocketIoClient client = server.client();

        assertThat(client.isQuiet()).isTrue();
        assertThat(io.sockets().sockets()).isEmpty();
    }

    @Test
    void givesEachSocketAnIdThatIsNotTheSecretOne() {
        Server io = server.start();
        io.of("/custom");
        RawSocketIoClient client = server.client();

        String main = client.join("/");
        String custom = client.join("/custom");

        assertThat(main).isNotEqualTo(custom);
        assertThat(client.openPacket()).doesNotContain(main).doesNotContain(custom);
    }

    @Test
    void refusesAnUnknownNamespaceAndGoesOn() {
        server.start();
        RawSocketIoClient client = server.client().send("0/random");

        assertThat(client.read()).isEqualTo("4/random,{\"message\":\"Invalid namespace\"}");
        assertThat(client.join("/")).isNotEmpty();
    }

    @Test
    void knowsNamespacesByTheirWholeName() {
        Server io = server.start();
        io.of("chat");
        RawSocketIoClient client = server.client();

        assertThat(client.send("0/chat/more,").read()).isEqualTo("4/chat/more,{\"message\":\"Invalid namespace\"}");
        assertThat(client.join("/chat")).isNotEmpty();
        assertThat(io.of("/chat")).isSameAs(io.of("chat"));
        assertThat(io.of("chat").name()).isEqualTo("/chat");
        assertThat(io.of("chat").server()).isSameAs(io);
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void sendsWhatTheConnectionListenerEmitsBehindTheConnectPacket(ListenerExecution execution) {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> socket.emit("first").emit("second"));
        RawSocketIoClient client = server.client().send("0");

        assertThat(client.read()).startsWith("0{");
        assertThat(client.read()).isEqualTo("2[\"first\"]");
        assertThat(client.read()).isEqualTo("2[\"second\"]");
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void losesNoEventThatComesRightBehindTheConnectAnswer(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        CompletableFuture<Void> slow = new CompletableFuture<>();
        io.onConnection(socket -> {
            if (execution == ListenerExecution.WORKERS) {
                slow.join();
            }
            socket.on("early", (arguments, ack) -> server.see(arguments.json(0).asInt()));
        });
        RawSocketIoClient client = server.join().client();

        client.sendAll("2[\"early\",1]", "2[\"early\",2]");
        slow.complete(null);

        assertThat(server.next()).isEqualTo(1);
        assertThat(server.next()).isEqualTo(2);
    }

    @Test
    void reachesAClientByBroadcastsAsSoonAsItHasSeenItsConnectPacket() {
        Server io = server.start();
        RawSocketIoClient client = server.client();

        for (int i = 0; i < 200; i++) {
            client.join("/");
            io.emit("now");

            assertThat(client.read()).isEqualTo("2[\"now\"]");
            client.send("1");
        }
    }

    @Test
    void closesIfNoNamespaceIsJoinedInTime() throws InterruptedException {
        Server io = server.start(options -> options.connectTimeout(Duration.ofMillis(100)));
        io.engine().addListener(new EngineListener() {
            @Override
            public void connection(EngineSession session) {
                session.addListener(new SessionListener() {
                    @Override
                    public void close(CloseReason reason, String description) {
                        server.see(reason.text());
                    }
                });
            }
        });
        RawSocketIoClient client = server.client();

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(server.next()).isEqualTo("forced server close");
        assertThat(io.engine().clientsCount()).isZero();
    }

    @Test
    void closesIfOnlyRefusedNamespacesWereAskedFor() {
        server.start(options -> options.connectTimeout(Duration.ofMillis(100)));
        RawSocketIoClient client = server.client().send("0/random");

        client.read();

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    @Test
    void doesNotStartTheConnectTimeoutAnewWhenTheLastNamespaceIsLeft() {
        Server io = server.start(options -> options.connectTimeout(Duration.ofMillis(50)));
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason)));
        RawSocketIoClient client = server.join().client();

        client.send("1");

        assertThat(client.isQuiet()).as("open for longer than the timeout").isTrue();
        assertThat(client.join("/")).isNotEmpty();
    }

    @Test
    void closesUponASecondConnect() throws InterruptedException {
        RawSocketIoClient client = startAndJoin();

        client.send("0");

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(server.next()).isEqualTo(DisconnectReason.FORCED_CLOSE);
    }

    @Test
    void closesUponASecondConnectWhileTheFirstIsInItsMiddlewares() {
        Server io = server.start();
        io.use((socket, next) -> server.see("asked"));
        io.onConnection(socket -> server.see("connected"));
        RawSocketIoClient client = server.client().sendAll("0", "0");

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(io.sockets().sockets()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2[\"event\"]", "21[\"event\"]", "30[]", "1", "2/custom,[\"event\"]", "1/custom,"})
    void closesUponAPacketForANamespaceThatIsNotJoined(String packet) {
        Server io = server.start();
        io.of("/custom");
        io.onConnection(socket -> socket.onAny((event, arguments, ack) -> server.see(event)));
        RawSocketIoClient client = server.client().send(packet);

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @Test
    void closesUponAnEventForAnotherNamespaceThanTheJoinedOne() throws InterruptedException {
        RawSocketIoClient client = startAndJoin();

        client.send("2/custom,[\"event\"]");

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(server.next()).isEqualTo(DisconnectReason.FORCED_CLOSE);
    }

    @Test
    void closesUponAnEventBeforeTheConnectWasAccepted() {
        Server io = server.start();
        io.use((socket, next) -> server.see("asked"));
        RawSocketIoClient client = server.client().sendAll("0", "2[\"event\"]");

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    @Test
    void dropsWhatFollowsAnIllegalPacketInTheSamePoll() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> {
            socket.on("event", (arguments, ack) -> server.see("event"));
            socket.onDisconnect((reason, description) -> server.see(reason));
        });
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();

        polling.post("42{}\u001e42[\"event\"]");

        assertThat(polling.poll()).hasToString("200 1");
        assertThat(server.next()).isEqualTo(DisconnectReason.FORCED_CLOSE);
    }

    @Test
    void leavesANamespaceAndKeepsTheOthers() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.on("message", (arguments, ack) -> socket.emit("back", arguments.toArray())));
        io.of("/custom").onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason)));
        RawSocketIoClient client = server.client();
        client.join("/");
        client.join("/custom");

        client.sendAll("1/custom", "2[\"message\",\"to main\"]");

        assertThat(client.read()).isEqualTo("2[\"back\",\"to main\"]");
        assertThat(server.next()).isEqualTo(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
    }

    @Test
    void givesAClientThatComesBackANewSocket() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        ServerExtension.Joined joined = server.join();
        Socket first = server.socket();

        joined.client().send("1");
        String second = joined.client().join("/");

        assertThat(second).isNotEqualTo(joined.id());
        assertThat(server.socket().id()).isEqualTo(second);
        await().until(first::disconnected);
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void letsAClientComeBackAsSoonAsItIsToldThatItHasLeft(ListenerExecution execution) {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> socket.on("leave", (arguments, ack) -> socket.disconnect()));
        RawSocketIoClient client = server.client();

        for (int i = 0; i < 100; i++) {
            client.join("/");

            assertThat(client.send("2[\"leave\"]").read()).isEqualTo("1");
        }
    }

    @Test
    void letsAClientComeBackWhileItsFormerSocketIsStillBusy() throws InterruptedException {
        Server io = server.start();
        CompletableFuture<Void> busy = new CompletableFuture<>();
        io.onConnection(socket -> {
            socket.on("leave", (arguments, ack) -> socket.disconnect());
            socket.onDisconnecting((reason, description) -> busy.join());
        });
        RawSocketIoClient client = server.join().client();

        assertThat(client.send("2[\"leave\"]").read()).isEqualTo("1");
        assertThat(client.join("/")).isNotEmpty();
        busy.complete(null);
    }

    @Test
    void toleratesPacketsUnderWayWhenTheServerLeavesANamespace() throws InterruptedException {
        Server io = server.start();
        server.watch(io.of("/custom"));
        io.onConnection(socket -> socket.on("message", (arguments, ack) -> socket.emit("back")));
        RawSocketIoClient client = server.client();
        client.join("/");
        client.join("/custom");

        server.socket().disconnect();
        assertThat(client.read()).isEqualTo("1/custom,");
        client.sendAll("2/custom,[\"under way\"]", "3/custom,0[]", "1/custom,", "2[\"message\"]");

        assertThat(client.read()).as("the other namespace lives").isEqualTo("2[\"back\"]");
    }

    @Test
    void doesNotTolerateSuchPacketsForever() throws InterruptedException {
        Server io = server.start(options -> options.pingTimeout(Duration.ofMillis(1)));
        server.watch(io.sockets());
        RawSocketIoClient client = server.join().client();
        server.socket().disconnect();
        assertThat(client.read()).isEqualTo("1");

        assertThat(client.isQuiet()).isTrue();
        client.send("2[\"late\"]");

        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    private RawSocketIoClient startAndJoin() {
        Server io = server.start();
        io.of("/custom");
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason)));
        return server.join().client();
    }
}
