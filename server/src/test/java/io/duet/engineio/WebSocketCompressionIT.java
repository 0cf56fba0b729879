package io.duet.engineio;

import static io.duet.engineio.EngineExtension.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.wire.RawPolling;
import io.duet.wire.RawWebSocket;
import io.duet.wire.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate (RFC 7692). */
final class WebSocketCompressionIT {
    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};
    private static final int THRESHOLD = 100;

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits",
                "Permessage-Deflate;server_no_context_takeover",
                "x-unknown, permessage-deflate; server_max_window_bits=10, permessage-deflate"
            })
    void agreesToOffers(String offer) {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));

        RawWebSocket webSocket = engine.webSocket(WEBSOCKET, "Sec-WebSocket-Extensions: " + offer);

        assertThat(webSocket.handshake().header("sec-websocket-extensions"))
                .hasValue("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    }

    @ParameterizedTest
    @ValueSource(strings = {"permessage-deflate; server_max_window_bits=10", "x-unknown", "x-permessage-deflate"})
    void doesNotAgreeToWhatItCannotDo(String offer) {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));

        RawWebSocket webSocket = engine.webSocket(WEBSOCKET, "Sec-WebSocket-Extensions: " + offer);

        assertThat(webSocket.handshake().header("sec-websocket-extensions")).isEmpty();
    }

    @Test
    void doesNotCompressUnlessConfigured() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET, OFFER);
        webSocket.readText();

        webSocket.text("4" + "x".repeat(5000));

        assertThat(webSocket.handshake().header("sec-websocket-extensions")).isEmpty();
        assertThat(webSocket.readText()).hasSize(5001);
    }

    @Test
    void doesNotCompressUnlessOffered() {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET);
        webSocket.readText();

        webSocket.text("4" + "x".repeat(5000));

        assertThat(webSocket.readText()).hasSize(5001);
    }

    @ParameterizedTest
    @CsvSource({"98, false", "99, true", "70000, true"})
    void compressesFromTheThresholdOn(int length, boolean compressed) throws DataFormatException {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();
        String packet = "4" + "x".repeat(length);

        WebSocketFrame echo = webSocket.text(packet).read();

        assertThat(echo.rsv()).isEqualTo(compressed ? WebSocketFrame.RSV1 : 0);
        byte[] payload = compressed ? inflate(echo.payload()) : echo.payload();
        assertThat(new String(payload, StandardCharsets.UTF_8)).isEqualTo(packet);
    }

    @Test
    void compressesBinary() throws DataFormatException {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();

        WebSocketFrame echo =
                webSocket.frame(true, 0, WebSocketFrame.BINARY, new byte[1000]).read();

        assertThat(echo.opcode()).isEqualTo(WebSocketFrame.BINARY);
        assertThat(echo.rsv()).isEqualTo(WebSocketFrame.RSV1);
        assertThat(inflate(echo.payload())).isEqualTo(new byte[1000]);
    }

    @Test
    void compressesEachMessageOnItsOwn() throws DataFormatException {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();
        String packet = "4" + "the same again ".repeat(20);

        byte[] first = webSocket.text(packet).read().payload();
        byte[] second = webSocket.text(packet).read().payload();

        assertThat(second).isEqualTo(first);
        assertThat(inflate(second)).asString(StandardCharsets.UTF_8).isEqualTo(packet);
    }

    @Test
    void sendsAsItIsWhatMustNotBeCompressed() throws InterruptedException {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();

        engine.session().send(OutboundMessage.of(List.of(new EnginePacket.Text("x".repeat(1000))), false));

        assertThat(webSocket.readText()).hasSize(1001);
    }

    @Test
    void takesCompressedMessages() {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();

        webSocket
                .frame(true, WebSocketFrame.RSV1, WebSocketFrame.TEXT, deflate("4short"))
                .frame(true, WebSocketFrame.RSV1, WebSocketFrame.TEXT, deflate("4again"))
                .text("4plain");

        assertThat(webSocket.readText()).isEqualTo("4short");
        assertThat(webSocket.readText()).isEqualTo("4again");
        assertThat(webSocket.readText()).isEqualTo("4plain");
    }

    @Test
    void takesCompressedMessagesInFragments() {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();
        byte[] deflated = deflate("4in fragments");

        webSocket
                .frame(false, WebSocketFrame.RSV1, WebSocketFrame.TEXT, Arrays.copyOf(deflated, 4))
                .frame(true, 0, WebSocketFrame.CONTINUATION, Arrays.copyOfRange(deflated, 4, deflated.length));

        assertThat(webSocket.readText()).isEqualTo("4in fragments");
    }

    @Test
    void takesMessagesThatEndWithAFinalBlock() {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();
        byte[] deflated = deflate("4final", Deflater.NO_FLUSH);
        // RFC 7692, section 7.2.3.4: an empty block whose end is cut off.
        byte[] message = Arrays.copyOf(deflated, deflated.length + 1);

        for (int i = 0; i < 3; i++) {
            webSocket.frame(true, WebSocketFrame.RSV1, WebSocketFrame.TEXT, message);

            assertThat(webSocket.readText()).isEqualTo("4final");
        }
    }

    @Test
    void refusesWhatIsNotDeflated() throws InterruptedException {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawWebSocket webSocket = compressing();

        webSocket.frame(true, WebSocketFrame.RSV1, WebSocketFrame.TEXT, new byte[] {(byte) 0xFF, (byte) 0xFF, 1, 2});

        assertThat(webSocket.readClose()).isEqualTo(1007);
        assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void refusesABombWithoutUnpackingIt() throws InterruptedException {
        engine.start(options -> options.perMessageDeflate(THRESHOLD).maxHttpBufferSize(100_000));
        RawWebSocket webSocket = compressing();
        byte[] bomb = deflate("4" + "x".repeat(20_000_000));

        webSocket.frame(true, WebSocketFrame.RSV1, WebSocketFrame.TEXT, bomb);

        assertThat(bomb).hasSizeLessThan(100_000);
        assertThat(webSocket.readClose()).isEqualTo(1009);
        assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void compressesAfterAnUpgradeToo() {
        engine.start(options -> options.perMessageDeflate(THRESHOLD));
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET + "&sid=" + polling.sid(), OFFER);
        webSocket.text("2probe").readText();

        WebSocketFrame echo = webSocket.text("5").text("4" + "x".repeat(1000)).read();

        assertThat(echo.rsv()).isEqualTo(WebSocketFrame.RSV1);
    }

    private RawWebSocket compressing() {
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET, OFFER);
        // The open packet is longer than the threshold.
        webSocket.read();
        return webSocket;
    }

    private static byte[] deflate(String text) {
        byte[] deflated = deflate(text, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(deflated, deflated.length - TAIL.length);
    }

    /** @param flush {@link Deflater#NO_FLUSH} to end with a final block */
    private static byte[] deflate(String text, int flush) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
            if (flush == Deflater.NO_FLUSH) {
                deflater.finish();
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] chunk = new byte[8192];
            int length;
            do {
                length = deflater.deflate(chunk, 0, chunk.length, flush);
                out.write(chunk, 0, length);
            } while (length == chunk.length);
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflate(byte[] deflated) throws DataFormatException {
        Inflater inflater = new Inflater(true);
        try {
            byte[] input = Arrays.copyOf(deflated, deflated.length + TAIL.length);
            System.arraycopy(TAIL, 0, input, deflated.length, TAIL.length);
            inflater.setInput(input);
            byte[] out = new byte[1_000_000];
            return Arrays.copyOf(out, inflater.inflate(out));
        } finally {
            inflater.end();
        }
    }
}
