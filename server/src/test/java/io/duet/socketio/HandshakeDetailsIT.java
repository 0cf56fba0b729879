package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.RawWebSocket;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a socket knows about how its client came. */
final class HandshakeDetailsIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void showsTheRequestAndTheAuth() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        Instant before = Instant.now().minusMillis(1);
        String target = "/socket.io/?EIO=4&transport=websocket&token=a%26b&token=c";
        RawSocketIoClient client = server.closing(RawSocketIoClient.over(RawWebSocket.open(
                server.port(), target, "X-Tag: one", "x-tag: two", "Cookie: a=1", "Origin: https://here.example")));

        client.send("0{\"secret\":1}").read();

        Handshake handshake = server.socket().handshake();
        assertThat(handshake.url()).isEqualTo(target);
        assertThat(handshake.query())
                .containsEntry("EIO", "4")
                .containsEntry("transport", "websocket")
                .containsEntry("token", "c");
        assertThat(handshake.headers())
                .containsEntry("x-tag", "one, two")
                .containsEntry("cookie", "a=1")
                .containsEntry("host", "localhost");
        assertThat(handshake.auth()).hasToString("{\"secret\":1}");
        assertThat(handshake.address()).isEqualTo("127.0.0.1");
        assertThat(handshake.xdomain()).isTrue();
        assertThat(handshake.secure()).isFalse();
        assertThat(handshake.issued()).isBetween(before, Instant.now());
        assertThat(handshake.toString()).doesNotContain("secret").doesNotContain("a=1");
    }

    @Test
    void keepsAQueryWithBrokenEscapes() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        String target = "/socket.io/?EIO=4&transport=websocket&rate=100%&tag=%zz+%41";
        RawSocketIoClient client = server.closing(RawSocketIoClient.over(RawWebSocket.open(server.port(), target)));

        client.join("/");

        assertThat(server.socket().handshake().query())
                .containsEntry("transport", "websocket")
                .containsEntry("rate", "100%")
                .containsEntry("tag", "%zz A");
    }

    @Test
    void isMadeAnewForEachSocket() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        server.watch(io.of("/custom"));
        RawSocketIoClient client = server.client();

        client.send("0{\"a\":1}").read();
        assertThat(server.socket().handshake().auth()).hasToString("{\"a\":1}");

        client.send("0/custom,{\"b\":2}").read();
        assertThat(server.socket().handshake().auth()).hasToString("{\"b\":2}");
    }

    @Test
    void staysThatOfTheFirstRequestAfterAnUpgrade() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        server.watch(io.of("/custom"));
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();
        RawWebSocket webSocket = server.closing(RawWebSocket.open(
                server.port(), "/socket.io/?EIO=4&transport=websocket&sid=" + polling.sid(), "Origin: https://there"));
        webSocket.text("2probe").readText();
        webSocket.text("5").text("40/custom,");

        assertThat(webSocket.readText()).startsWith("40/custom,{");
        server.socket();
        Handshake handshake = server.socket().handshake();
        assertThat(handshake.url()).isEqualTo(ServerExtension.POLLING);
        assertThat(handshake.query()).containsEntry("transport", "polling").doesNotContainKey("sid");
        assertThat(handshake.xdomain()).isFalse();
    }
}
