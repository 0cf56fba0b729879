package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawSocketIoClient;
import io.duet.wire.WebSocketFrame;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets that no client may send: its sockets hear of the fault, then the session is closed. */
final class PacketFaultIT {
    private static final String PLACEHOLDER = "{\"_placeholder\":true,\"num\":0}";

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "7",
                "9[]",
                "2",
                "2{}",
                "2[]",
                "2\"event\"",
                "2[\"event\"",
                "2[\"event\"]x",
                "2[null]",
                "2[{}]",
                "2[[\"event\"]]",
                "2abc[\"event\"]",
                "2[\"connect\"]",
                "2[\"connect_error\"]",
                "2[\"disconnect\"]",
                "2[\"disconnecting\"]",
                "2[\"newListener\"]",
                "2[\"removeListener\"]",
                "3",
                "3{}",
                "30{}",
                "1[]",
                "1{}",
                "0/custom,[]",
                "0/custom,\"token\"",
                "0/custom,{",
                "4{\"message\":\"x\"}",
                "4",
                "5[\"event\"]",
                "5-[\"event\"]",
                "50-[\"event\"]",
                "511-[\"event\"]",
                "51.5-[\"event\"]",
                "5-1-[\"event\"]",
                "5999999999999-[\"event\"]",
                "60-[]"
            })
    void closesUponText(String packet) throws InterruptedException {
        RawSocketIoClient client = startAndJoin().send(packet);

        assertClosed(client);
    }

    @Test
    void closesUponBinaryThatIsNotDue() throws InterruptedException {
        RawSocketIoClient client = startAndJoin().sendBinary(1, 2, 3);

        assertClosed(client);
    }

    @Test
    void closesUponTextWhileBinaryIsDue() throws InterruptedException {
        RawSocketIoClient client =
                startAndJoin().send("51-[\"event\"," + PLACEHOLDER + "]").send("2[\"event\"]");

        assertClosed(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "-1", "0.5", "\"0\"", "null", "99999999999"})
    void closesUponAPlaceholderOutOfRange(String number) throws InterruptedException {
        RawSocketIoClient client = startAndJoin()
                .send("51-[\"event\",{\"_placeholder\":true,\"num\":" + number + "}]")
                .sendBinary(1);

        assertClosed(client);
    }

    @Test
    void takesAsManyAttachmentsAsConfigured() throws InterruptedException {
        Server io = server.start(options -> options.maxAttachments(2));
        io.onConnection(socket -> {
            socket.on("event", (arguments, ack) -> server.see(arguments.size()));
            socket.onError(error -> server.see("error"));
        });
        RawSocketIoClient client = server.join().client();

        client.send("52-[\"event\"," + PLACEHOLDER + "," + PLACEHOLDER + "]")
                .sendBinary(1)
                .sendBinary(2);
        client.send("53-[\"event\"]");

        assertThat(server.next()).isEqualTo(2);
        assertThat(server.next()).isEqualTo("error");
    }

    @Test
    void tellsEverySocketOfTheClient() throws InterruptedException {
        Server io = server.start();
        watch(io.sockets());
        watch(io.of("/custom"));
        RawSocketIoClient client = server.client();
        client.join("/");
        client.join("/custom");

        client.send("abc");

        assertThat(List.of(server.next(), server.next(), server.next(), server.next()))
                .containsExactlyInAnyOrder(
                        "error", "error", DisconnectReason.FORCED_CLOSE, DisconnectReason.FORCED_CLOSE);
    }

    private RawSocketIoClient startAndJoin() {
        Server io = server.start();
        io.of("/custom");
        watch(io.sockets());
        return server.join().client();
    }

    private void watch(Namespace namespace) {
        namespace.onConnection(socket -> {
            socket.onAny((event, arguments, ack) -> server.see("event " + event));
            socket.onError(error -> server.see("error"));
            socket.onDisconnect((reason, description) -> server.see(reason));
        });
    }

    private void assertClosed(RawSocketIoClient client) throws InterruptedException {
        assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(server.next()).isEqualTo("error");
        assertThat(server.next()).isEqualTo(DisconnectReason.FORCED_CLOSE);
    }
}
