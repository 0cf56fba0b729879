package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.RawWebSocket;
import io.duet.wire.WebSocketFrame;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of Socket.IO v2 and before. */
final class LegacyClientIT {
    private static final String WEBSOCKET = "/socket.io/?EIO=3&transport=websocket";
    private static final String POLLING = "/socket.io/?EIO=3&transport=polling";

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void joinsTheMainNamespaceByItself(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.allowEIO3(true).listenerExecution(execution));
        server.watch(io.sockets());
        io.onConnection(socket -> socket.emit("hello"));
        RawSocketIoClient client = client("");

        assertThat(client.read()).isEqualTo("0");
        assertThat(client.read()).isEqualTo("2[\"hello\"]");
        assertThat(server.socket().id()).isEqualTo(RawPolling.sid(client.openPacket()));
    }

    @Test
    void joinsOverPolling() {
        start();
        RawPolling polling = server.closing(RawPolling.open(server.port(), POLLING));

        assertThat(polling.poll()).hasToString("200 2:40");
        polling.post("19:42[\"message\",\"\u20ac\ud83d\ude00\"]");
        assertThat(polling.poll()).hasToString("200 16:42[\"back\",\"\u20ac\ud83d\ude00\"]");
    }

    @Test
    void ignoresAConnectForTheMainNamespace() {
        start();
        RawSocketIoClient client = client("");
        client.read();

        client.send("0").send("2[\"message\"]");

        assertThat(client.read()).isEqualTo("2[\"back\"]");
    }

    @Test
    void makesIdsOfTheIdOfTheSession() throws InterruptedException {
        Server io = start();
        server.watch(io.of("/chat"));
        RawSocketIoClient client = client("");
        client.read();

        assertThat(client.send("0/chat,").read()).isEqualTo("0/chat,");
        assertThat(server.socket().id()).isEqualTo("/chat#" + RawPolling.sid(client.openPacket()));
    }

    @Test
    void takesAuthFromTheQueryOfTheNamespace() throws InterruptedException {
        Server io = start();
        server.watch(io.of("/chat"));
        RawSocketIoClient client = client("&from=http");
        client.read();

        assertThat(client.send("0/chat?token=a%20b&x=1,").read()).isEqualTo("0/chat,");
        Handshake handshake = server.socket().handshake();
        assertThat(handshake.auth()).hasToString("{\"token\":\"a b\",\"x\":\"1\"}");
        assertThat(handshake.query()).containsEntry("from", "http").doesNotContainKey("token");
    }

    @Test
    void keepsAuthWithBrokenEscapes() throws InterruptedException {
        Server io = start();
        server.watch(io.of("/chat"));
        RawSocketIoClient client = client("");
        client.read();

        assertThat(client.send("0/chat?token=100%&x=%zz,").read()).isEqualTo("0/chat,");
        assertThat(server.socket().handshake().auth()).hasToString("{\"token\":\"100%\",\"x\":\"%zz\"}");
    }

    @Test
    void refusesWithABareMessage() {
        Server io = start();
        io.of("/chat").use((socket, next) -> next.refuse("boom"));
        RawSocketIoClient client = client("");
        client.read();

        assertThat(client.send("0/chat,").read()).isEqualTo("4/chat,\"boom\"");
        assertThat(client.send("0/unknown").read()).isEqualTo("4/unknown,\"Invalid namespace\"");
    }

    @Test
    void refusesWithDataInPlaceOfTheMessage() {
        Server io = start();
        io.of("/chat").use((socket, next) -> next.refuse("boom", Map.of("code", 7)));
        RawSocketIoClient client = client("");
        client.read();

        assertThat(client.send("0/chat,").read()).isEqualTo("4/chat,{\"code\":7}");
    }

    @Test
    void refusesTheMainNamespace() {
        Server io = start();
        io.use((socket, next) -> next.refuse("boom"));

        assertThat(client("").read()).isEqualTo("4\"boom\"");
    }

    @Test
    void echoesBinaryWithAckOverAWebSocket() {
        start();
        RawSocketIoClient client = client("");
        client.read();

        client.send("51-2[\"ask\",{\"_placeholder\":true,\"num\":0}]").sendBinary(4, 7, 8);

        assertThat(client.read()).isEqualTo("61-2[{\"_placeholder\":true,\"num\":0}]");
        assertThat(client.readBinary()).containsExactly(4, 7, 8);
    }

    @Test
    void echoesBinaryAsBase64() {
        start();
        RawPolling polling = server.closing(RawPolling.open(server.port(), POLLING + "&b64=1"));
        polling.poll();
        String packet = "451-[\"message\",{\"_placeholder\":true,\"num\":0}]";

        polling.post(packet.length() + ":" + packet + "6:b4AQI=");

        String echo = packet.replace("message", "back");
        assertThat(polling.poll()).hasToString("200 " + echo.length() + ":" + echo + "6:b4AQI=");
    }

    @Test
    void leavesANamespaceAndComesBackWithTheSameId() throws InterruptedException {
        Server io = start();
        server.watch(io.of("/chat"));
        RawSocketIoClient client = client("");
        client.read();
        client.send("0/chat,").read();
        Socket first = server.socket();

        client.send("1/chat,");
        await().until(first::disconnected);
        assertThat(client.send("0/chat,").read()).isEqualTo("0/chat,");
        Socket second = server.socket();
        io.of("/chat").to(second.id()).emit("hello");

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(client.read()).isEqualTo("2/chat,[\"hello\"]");
    }

    @Test
    void isReachableAfterItHasComeBackAtOnce() {
        Server io = start();
        Namespace chat = io.of("/chat");
        chat.onConnection(socket -> socket.onDisconnecting((reason, description) -> Thread.yield()));
        RawSocketIoClient client = client("");
        client.read();
        client.send("0/chat,").read();
        String id = "/chat#" + RawPolling.sid(client.openPacket());

        for (int i = 0; i < 200; i++) {
            assertThat(client.sendAll("1/chat,", "0/chat,").read()).isEqualTo("0/chat,");
            chat.to(id).emit("hello", i);

            assertThat(client.read()).isEqualTo("2/chat,[\"hello\"," + i + "]");
        }
    }

    @Test
    void isReachedByTheSameBroadcastsAsOthers() {
        Server io = start();
        RawSocketIoClient legacy = client("");
        legacy.read();
        RawSocketIoClient current = server.join().client();

        io.emit("bytes", new byte[] {9});

        assertThat(legacy.read()).isEqualTo("51-[\"bytes\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(legacy.readBinary()).containsExactly(4, 9);
        assertThat(current.read()).isEqualTo("51-[\"bytes\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(current.readBinary()).containsExactly(9);
    }

    @Test
    void isClosedUponAPacketThatIsNone() {
        start();
        RawSocketIoClient client = client("");
        client.read();

        assertThat(client.send("abc").readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    private Server start() {
        Server io = server.start(options -> options.allowEIO3(true));
        io.onConnection(socket -> {
            socket.on("message", (arguments, ack) -> socket.emit("back", arguments.toArray()));
            socket.on("ask", (arguments, ack) -> ack.send(arguments.toArray()));
        });
        return io;
    }

    private RawSocketIoClient client(String query) {
        return server.closing(RawSocketIoClient.over(RawWebSocket.open(server.port(), WEBSOCKET + query)));
    }
}
