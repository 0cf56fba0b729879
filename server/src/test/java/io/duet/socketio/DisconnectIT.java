package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.socketio.ServerExtension.Joined;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.WebSocketFrame;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How sockets end: what their listeners see, what goes over the wire, which reason is given. */
final class DisconnectIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void tellsListenersBeforeAndAfterTheRoomsAreLeft(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> {
            socket.join("room");
            socket.onDisconnecting((reason, description) ->
                    server.see(List.of("disconnecting", reason.text(), socket.connected(), socket.rooms())));
            socket.onDisconnect((reason, description) ->
                    server.see(List.of("disconnect", reason.text(), socket.connected(), socket.rooms())));
        });
        Joined joined = server.join();

        joined.client().send("1");

        assertThat(server.next())
                .isEqualTo(List.of("disconnecting", "client namespace disconnect", true, Set.of("room", joined.id())));
        assertThat(server.next()).isEqualTo(List.of("disconnect", "client namespace disconnect", false, Set.of()));
        assertThat(joined.client().join("/")).isNotEmpty();
        assertThat(server.hasSeenNothing()).as("once only").isTrue();
    }

    static Stream<Arguments> endsByTheClient() {
        return Stream.of(
                end("1", DisconnectReason.CLIENT_NAMESPACE_DISCONNECT, client -> client.send("1")),
                end("close frame", DisconnectReason.TRANSPORT_CLOSE, client -> client.webSocket()
                        .closeFrame(1000)),
                end("end of connection", DisconnectReason.TRANSPORT_CLOSE, RawSocketIoClient::close),
                end("close packet", DisconnectReason.TRANSPORT_CLOSE, client -> client.webSocket()
                        .text("1")),
                end("ping", DisconnectReason.TRANSPORT_ERROR, client -> client.webSocket()
                        .text("2")),
                end(
                        "too much",
                        DisconnectReason.TRANSPORT_ERROR,
                        client -> client.send("2[\"" + "x".repeat(2000) + "\"]")),
                end("no engine packet", DisconnectReason.PARSE_ERROR, client -> client.webSocket()
                        .text("abc")),
                end("no packet", DisconnectReason.FORCED_CLOSE, client -> client.send("abc")),
                end("illegal packet", DisconnectReason.FORCED_CLOSE, client -> client.send("0")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endsByTheClient")
    void namesTheReason(String what, DisconnectReason reason, Consumer<RawSocketIoClient> end)
            throws InterruptedException {
        Server io = server.start(options -> options.maxHttpBufferSize(1000));
        io.onConnection(socket -> socket.onDisconnect((given, description) -> server.see(given)));

        end.accept(server.join().client());

        assertThat(server.next()).as(what).isEqualTo(reason);
    }

    @Test
    void namesTheReasonOfAMissedPing() throws InterruptedException {
        Server io = server.start(
                options -> options.pingInterval(Duration.ofMillis(100)).pingTimeout(Duration.ofMillis(50)));
        io.onConnection(socket -> socket.onDisconnect((given, description) -> server.see(given)));

        server.join();

        assertThat(server.next()).isEqualTo(DisconnectReason.PING_TIMEOUT);
    }

    @Test
    void namesTheReasonAndTheCauseOfAnAbortedPoll() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.onDisconnect((given, description) -> server.see(given + ": " + description)));
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();
        polling.sendPoll();
        polling.polls().isQuiet();

        polling.polls().close();

        assertThat(server.next()).isEqualTo("transport error: poll connection closed prematurely");
    }

    @Test
    void namesTheReasonOfAServerSideDisconnect() throws InterruptedException {
        Server io = server.start();
        server.watch(io.of("/custom"));
        io.of("/custom").onConnection(socket -> socket.onDisconnect((given, description) -> server.see(given)));
        RawSocketIoClient client = server.join("/custom").client();
        Socket socket = server.socket();

        socket.disconnect();
        socket.disconnect();

        assertThat(client.read()).isEqualTo("1/custom,");
        assertThat(server.next()).isEqualTo(DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
        assertThat(client.join("/custom")).as("nothing else between").isNotEmpty();
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void closesTheConnectionBehindAllNamespaces(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> {
            socket.on("leave", (arguments, ack) -> {
                socket.emit("bye");
                socket.disconnect(true);
            });
            socket.onDisconnect((given, description) -> server.see(given));
        });
        for (String name : List.of("/one", "/two")) {
            io.of(name).onConnection(socket -> socket.onDisconnect((given, description) -> server.see(given)));
        }
        RawSocketIoClient client = server.client();
        client.join("/");
        client.join("/one");
        client.join("/two");

        client.send("2[\"leave\"]");

        assertThat(client.read()).isEqualTo("2[\"bye\"]");
        assertThat(new HashSet<>(List.of(client.read(), client.read(), client.read())))
                .isEqualTo(Set.of("1", "1/one,", "1/two,"));
        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(List.of(server.next(), server.next(), server.next()))
                .containsOnly(DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
    }

    @Test
    void closesAPollingConnectionBehindAllNamespaces() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        io.of("/one");
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();
        polling.post("40/one,");
        polling.poll();

        server.socket().disconnect(true);

        assertThat(polling.poll().text()).contains("41").contains("41/one,");
        assertThat(polling.poll()).hasToString("200 1");
    }

    @Test
    void closesAConnectionInWhichANamespaceIsStillPending() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        io.of("/pending").use((socket, next) -> server.see("asked"));
        RawSocketIoClient client = server.client();
        client.join("/");
        client.send("0/pending,");
        assertThat(server.next()).isEqualTo("asked");

        server.socket().disconnect(true);

        assertThat(client.read()).isEqualTo("1");
        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    @Test
    void endsEverySocketOfAConnectionThatEnds() throws InterruptedException {
        Server io = server.start();
        for (String name : List.of("/", "/one")) {
            io.of(name)
                    .onConnection(socket -> socket.onDisconnect((given, description) ->
                            server.see(socket.namespace().name() + " " + given)));
        }
        RawSocketIoClient client = server.client();
        client.join("/");
        client.join("/one");

        client.close();

        assertThat(List.of(server.next(), server.next()))
                .containsExactlyInAnyOrder("/ transport close", "/one transport close");
    }

    @Test
    void goesOnWithTheOtherListenersIfOneFails() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> {
            socket.onDisconnecting((reason, description) -> {
                throw new IllegalStateException("concerns nobody else");
            });
            socket.onDisconnect((reason, description) -> server.see("disconnect"));
        });

        server.join().client().close();

        assertThat(server.next()).isEqualTo("disconnect");
    }

    @Test
    void reachesTheOthersByItsRoomsWhileItIsLeaving() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> {
            socket.join("room");
            socket.onDisconnecting((reason, description) -> socket.to("room").emit("left", reason.text()));
        });
        server.watch(io.sockets());
        RawSocketIoClient stays = server.join().client();
        server.socket();
        RawSocketIoClient leaves = server.join().client();

        leaves.close();

        assertThat(stays.read()).isEqualTo("2[\"left\",\"transport close\"]");
    }

    private static Arguments end(String what, DisconnectReason reason, Consumer<RawSocketIoClient> end) {
        return Arguments.of(what, reason, end);
    }
}
