package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawSocketIoClient;
import io.duet.wire.WebSocketFrame;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The flag {@code compress}, wherever it can be given. */
final class CompressIT {
    private static final String LONG = "x".repeat(2000);

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @MethodSource("senders")
    void isHeeded(BiConsumer<Socket, Boolean> sender) throws InterruptedException {
        Server io = server.start(options -> options.perMessageDeflate(1024));
        server.watch(io.sockets());
        RawSocketIoClient client = server.client("Sec-WebSocket-Extensions: permessage-deflate");
        client.join("/");
        Socket socket = server.socket();

        sender.accept(socket, false);
        sender.accept(socket, true);

        WebSocketFrame plain = client.webSocket().read();
        assertThat(plain.rsv()).isZero();
        assertThat(plain.text()).isEqualTo("42[\"x\",\"" + LONG + "\"]");
        assertThat(client.webSocket().read().rsv()).isEqualTo(WebSocketFrame.RSV1);
    }

    static Stream<Named<BiConsumer<Socket, Boolean>>> senders() {
        return Stream.of(
                sender(
                        "server",
                        (socket, compress) ->
                                socket.namespace().server().compress(compress).emit("x", LONG)),
                sender("namespace", (socket, compress) -> socket.namespace()
                        .compress(compress)
                        .emit("x", LONG)),
                sender("operator", (socket, compress) -> socket.namespace()
                        .to(socket.id())
                        .compress(compress)
                        .emit("x", LONG)),
                sender("socket", (socket, compress) -> socket.compress(compress).emit("x", LONG)),
                sender("socket operator", (socket, compress) -> socket.timeout(Duration.ofSeconds(5))
                        .compress(compress)
                        .emit("x", LONG)));
    }

    private static Named<BiConsumer<Socket, Boolean>> sender(String name, BiConsumer<Socket, Boolean> sender) {
        return Named.of(name, sender);
    }
}
