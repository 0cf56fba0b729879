package io.duet.engineio;

import static io.duet.engineio.EngineExtension.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.EngineExtension.End;
import io.duet.wire.RawWebSocket;
import io.duet.wire.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages, control frames and faults on a WebSocket (RFC 6455). */
final class WebSocketIT {
    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int INVALID_PAYLOAD = 1007;
    private static final int TOO_BIG = 1009;

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 124, 125, 126, 300, 16_383, 65_534, 65_535, 300_000})
    void echoesTextOfAnyLength(int length) {
        engine.start();
        String packet = "4" + "x".repeat(length);

        assertThat(engine.webSocket().text(packet).readText()).isEqualTo(packet);
    }

    @Test
    void echoesBinaryWithoutATypeByte() {
        engine.start();

        byte[] echo = engine.webSocket().binary(1, 2, 3, 4).readBinary();

        assertThat(echo).containsExactly(1, 2, 3, 4);
    }

    @Test
    void speaksBase64WithClientsThatCannotTakeBinary() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET + "&b64=1");
        webSocket.readText();

        assertThat(webSocket.text("bAQID").readText()).isEqualTo("bAQID");
        assertThat(webSocket.binary(1, 2, 3).readText()).isEqualTo("bAQID");
        assertThat(webSocket.text("4text").readText()).isEqualTo("4text");
    }

    @Test
    void sendsOnePacketAFrameInOrder() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket();

        webSocket.texts("4one", "4two").binary(3).text("4four");

        assertThat(webSocket.readText()).isEqualTo("4one");
        assertThat(webSocket.readText()).isEqualTo("4two");
        assertThat(webSocket.readBinary()).containsExactly(3);
        assertThat(webSocket.readText()).isEqualTo("4four");
    }

    @Test
    void joinsFragmentsWithControlFramesBetween() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket();

        webSocket
                .frame(false, 0, WebSocketFrame.TEXT, bytes("4he"))
                .frame(true, 0, WebSocketFrame.PING, bytes("between"))
                .frame(false, 0, WebSocketFrame.CONTINUATION, bytes("ll"))
                .frame(false, 0, WebSocketFrame.CONTINUATION, bytes(""))
                .frame(true, 0, WebSocketFrame.CONTINUATION, bytes("o"));

        WebSocketFrame pong = webSocket.read();
        assertThat(pong.opcode()).isEqualTo(WebSocketFrame.PONG);
        assertThat(pong.text()).isEqualTo("between");
        assertThat(webSocket.readText()).isEqualTo("4hello");
    }

    @Test
    void joinsFragmentsOfBinary() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket();

        webSocket
                .frame(false, 0, WebSocketFrame.BINARY, new byte[] {1, 2})
                .frame(true, 0, WebSocketFrame.CONTINUATION, new byte[] {3});

        assertThat(webSocket.readBinary()).containsExactly(1, 2, 3);
        assertThat(webSocket.text("4whole").readText()).as("what follows").isEqualTo("4whole");
    }

    @Test
    void joinsACharacterThatIsCutByFragments() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket();
        byte[] euro = bytes("4\u20ac");

        webSocket
                .frame(false, 0, WebSocketFrame.TEXT, new byte[] {euro[0], euro[1]})
                .frame(true, 0, WebSocketFrame.CONTINUATION, new byte[] {euro[2], euro[3]});

        assertThat(webSocket.readText()).isEqualTo("4\u20ac");
    }

    @Test
    void acceptsAReplacementCharacterThatIsMeant() {
        engine.start();

        assertThat(engine.webSocket().text("4\ufffd").readText()).isEqualTo("4\ufffd");
    }

    @Test
    void answersPingsAndIgnoresPongs() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket();

        webSocket
                .frame(true, 0, WebSocketFrame.PONG, bytes("unasked"))
                .frame(true, 0, WebSocketFrame.PING, new byte[0]);

        WebSocketFrame pong = webSocket.read();
        assertThat(pong.opcode()).isEqualTo(WebSocketFrame.PONG);
        assertThat(pong.payload()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {NORMAL, 1001, 3000, 4999})
    void echoesTheStatusOfTheClientAndEndsTheConnection(int status) throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().closeFrame(status);

        assertThat(webSocket.read().closeStatus()).isEqualTo(status);
        assertThat(webSocket.isClosedByServer()).isTrue();
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_CLOSE, ""));
    }

    @Test
    void echoesACloseFrameWithoutStatus() throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().frame(true, 0, WebSocketFrame.CLOSE, new byte[0]);

        assertThat(webSocket.read().closeStatus()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(webSocket.isClosedByServer()).isTrue();
        assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void endsTheSessionWhenTheConnectionEnds() throws InterruptedException {
        engine.start();

        engine.webSocket().close();

        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_CLOSE, ""));
        assertThat(engine.clientsCount()).isZero();
    }

    @Test
    void endsTheSessionUponAClosePacket() throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().text("1");

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void closesWithoutStatusBehindWhatWaits() throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket();
        EngineSession session = engine.session();

        session.send(EngineExtension.text("last"));
        session.close(CloseReason.FORCED_CLOSE, "", false);

        assertThat(webSocket.readText()).isEqualTo("4last");
        assertThat(webSocket.read().closeStatus()).isEqualTo(WebSocketFrame.NO_STATUS);
        webSocket.frame(true, 0, WebSocketFrame.CLOSE, new byte[0]);
        assertThat(webSocket.isClosedByServer())
                .as("once the client has answered")
                .isTrue();
        assertThat(engine.end().reason()).isEqualTo(CloseReason.FORCED_CLOSE);
    }

    @ParameterizedTest
    @CsvSource({"99, false", "100, true"})
    void limitsOneFrame(int length, boolean tooBig) throws InterruptedException {
        engine.start(options -> options.maxHttpBufferSize(100));
        RawWebSocket webSocket = engine.webSocket().text("4" + "x".repeat(length));

        if (tooBig) {
            assertThat(webSocket.readClose()).isEqualTo(TOO_BIG);
            assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_ERROR);
        } else {
            assertThat(webSocket.readText()).hasSize(100);
        }
    }

    @ParameterizedTest
    @CsvSource({"50, false", "51, true"})
    void limitsAMessageOfFragments(int lastLength, boolean tooBig) throws InterruptedException {
        engine.start(options -> options.maxHttpBufferSize(100));
        RawWebSocket webSocket = engine.webSocket()
                .frame(false, 0, WebSocketFrame.TEXT, bytes("4" + "x".repeat(49)))
                .frame(true, 0, WebSocketFrame.CONTINUATION, bytes("y".repeat(lastLength)));

        if (tooBig) {
            assertThat(webSocket.readClose()).isEqualTo(TOO_BIG);
            assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_ERROR);
        } else {
            assertThat(webSocket.readText()).hasSize(100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3 28", "ed a0 80", "f8 88 80 80 80", "e2 82", "c0 af"})
    void refusesTextThatIsNotUtf8(String hex) throws InterruptedException {
        engine.start();
        byte[] invalid = new byte[1 + (hex.length() + 1) / 3];
        invalid[0] = '4';
        for (int i = 1; i < invalid.length; i++) {
            invalid[i] = (byte) Integer.parseInt(hex.substring(3 * i - 3, 3 * i - 1), 16);
        }

        RawWebSocket webSocket = engine.webSocket().frame(true, 0, WebSocketFrame.TEXT, invalid);

        assertThat(webSocket.readClose()).isEqualTo(INVALID_PAYLOAD);
        assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void refusesFramesWithoutMask() throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().frame(true, 0, WebSocketFrame.TEXT, bytes("4a"), false);

        assertProtocolError(webSocket);
    }

    @ParameterizedTest
    @CsvSource({
        "true, 4, 1, a compressed frame that was not agreed on",
        "true, 1, 1, a reserved bit",
        "true, 0, 3, an unknown opcode",
        "true, 0, 11, an unknown control opcode",
        "false, 0, 9, a control frame in fragments",
        "true, 0, 0, a continuation of nothing"
    })
    void refusesFramesAgainstTheProtocol(boolean fin, int rsv, int opcode, String what) throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().frame(fin, rsv, opcode, bytes("4a"));

        assertProtocolError(webSocket);
    }

    @Test
    void refusesALongControlFrame() throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().frame(true, 0, WebSocketFrame.PING, new byte[126]);

        assertProtocolError(webSocket);
    }

    @Test
    void refusesAMessageWithinAMessage() throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket()
                .frame(false, 0, WebSocketFrame.TEXT, bytes("4a"))
                .frame(true, 0, WebSocketFrame.TEXT, bytes("4b"));

        assertProtocolError(webSocket);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1005, 1006, 1015})
    void refusesAStatusThatMustNotBeSent(int status) throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().closeFrame(status);

        assertThat(webSocket.readClose()).isEqualTo(PROTOCOL_ERROR);
        assertThat(engine.end().reason()).isIn(CloseReason.TRANSPORT_ERROR, CloseReason.TRANSPORT_CLOSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "7", "b!"})
    void closesUponAPacketThatIsNone(String packet) throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().text(packet);

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(engine.end().reason()).isEqualTo(CloseReason.PARSE_ERROR);
    }

    @Test
    void keepsTheOrderOfManyMessages() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket();
        String[] packets = new String[2000];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = "4" + i;
        }

        webSocket.texts(packets);

        for (String packet : packets) {
            assertThat(webSocket.readText()).isEqualTo(packet);
        }
    }

    private void assertProtocolError(RawWebSocket webSocket) throws InterruptedException {
        assertThat(webSocket.readClose()).isEqualTo(PROTOCOL_ERROR);
        assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_ERROR);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
