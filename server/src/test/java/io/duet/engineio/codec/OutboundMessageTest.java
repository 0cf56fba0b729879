package io.duet.engineio.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.codec.OutboundMessage.PayloadDeflater;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames as Netty's decoder of RFC 6455 reads them. */
final class OutboundMessageTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 1_000_000})
    void textFramesOfEveryLengthFormHoldThePacket(int length) {
        // The type digit counts as well.
        EnginePacket packet = length == 0 ? new EnginePacket.Noop() : new EnginePacket.Text("x".repeat(length - 1));
        String payload = length == 0 ? "6" : '4' + "x".repeat(length - 1);

        List<Frame> frames = parse(OutboundMessage.of(packet).webSocketFrames(ProtocolRevision.V4));

        assertThat(frames).singleElement().satisfies(frame -> {
            assertThat(frame.text()).isTrue();
            assertThat(frame.compressed()).isFalse();
            assertThat(new String(frame.payload(), StandardCharsets.UTF_8)).isEqualTo(payload);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 1_000_000})
    void binaryFramesOfRevision4HoldTheBytesAlone(int length) {
        byte[] bytes = bytes(length);

        List<Frame> frames =
                parse(OutboundMessage.of(new EnginePacket.Binary(bytes)).webSocketFrames(ProtocolRevision.V4));

        assertThat(frames).singleElement().satisfies(frame -> {
            assertThat(frame.text()).isFalse();
            assertThat(frame.payload()).isEqualTo(bytes);
        });
    }

    @ParameterizedTest
    @CsvSource({"V4, bAQID", "V3, b4AQID"})
    void bytesGoAsTextToThoseWhoTakeNoBinary(ProtocolRevision revision, String base64) {
        OutboundMessage message = OutboundMessage.of(
                List.of(new EnginePacket.Text("text"), new EnginePacket.Binary(new byte[] {1, 2, 3})), true);

        byte[] frames = message.withoutBinaryFrames().webSocketFrames(revision);

        assertThat(parse(frames))
                .allMatch(Frame::text)
                .extracting(frame -> new String(frame.payload(), StandardCharsets.UTF_8))
                .containsExactly("4text", base64);
        assertThat(message.withoutBinaryFrames().webSocketFrames(revision))
                .as("made once for all of them")
                .isSameAs(frames);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 124, 125, 65_534, 65_535})
    void binaryFramesOfRevision3StartWithTheType(int length) {
        byte[] bytes = bytes(length);
        byte[] expected = new byte[length + 1];
        expected[0] = 4;
        System.arraycopy(bytes, 0, expected, 1, length);

        List<Frame> frames =
                parse(OutboundMessage.of(new EnginePacket.Binary(bytes)).webSocketFrames(ProtocolRevision.V3));

        assertThat(frames).singleElement().satisfies(frame -> assertThat(frame.payload())
                .isEqualTo(expected));
    }

    @Test
    void textOutsideAsciiIsCountedInUtf8Bytes() {
        String text = "\u00e9\u20ac\ud83d\ude00".repeat(14);

        List<Frame> frames =
                parse(OutboundMessage.of(new EnginePacket.Text(text)).webSocketFrames(ProtocolRevision.V4));

        assertThat(frames).singleElement().satisfies(frame -> assertThat(
                        new String(frame.payload(), StandardCharsets.UTF_8))
                .isEqualTo('4' + text));
    }

    @Test
    void packetsOfOneMessageFollowEachOtherWithNothingBetween() {
        OutboundMessage message = OutboundMessage.of(
                List.of(new EnginePacket.Text("a"), new EnginePacket.Binary(bytes(3)), new EnginePacket.Ping("")),
                true);

        List<Frame> frames = parse(message.webSocketFrames(ProtocolRevision.V4));

        assertThat(frames).extracting(Frame::text).containsExactly(true, false, true);
        assertThat(frames)
                .extracting(frame -> ByteBufUtil.hexDump(frame.payload()))
                .containsExactly("3461", ByteBufUtil.hexDump(bytes(3)), "32");
    }

    /** It is what a client of revision 3 has chosen. */
    @Test
    void theDataOfAPongCountsForItsSize() {
        int empty = OutboundMessage.of(new EnginePacket.Pong("")).sizeBytes();

        assertThat(OutboundMessage.of(new EnginePacket.Pong("x".repeat(100))).sizeBytes())
                .isEqualTo(empty + 100);
    }

    @Test
    void textFramesAreSharedByBothRevisions() {
        OutboundMessage message = OutboundMessage.of(new EnginePacket.Text("a"));

        assertThat(message.webSocketFrames(ProtocolRevision.V3))
                .isSameAs(message.webSocketFrames(ProtocolRevision.V4))
                .isSameAs(message.webSocketFrames(ProtocolRevision.V3));
    }

    @Test
    void binaryFramesAreEncodedOncePerRevision() {
        OutboundMessage message = OutboundMessage.of(new EnginePacket.Binary(bytes(5)));

        byte[] v3 = message.webSocketFrames(ProtocolRevision.V3);
        byte[] v4 = message.webSocketFrames(ProtocolRevision.V4);

        assertThat(v3).isNotEqualTo(v4).isSameAs(message.webSocketFrames(ProtocolRevision.V3));
        assertThat(v4).isSameAs(message.webSocketFrames(ProtocolRevision.V4));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 125, 126, 65_536, 300_000})
    void deflatedFramesInflateToThePacket(int length) {
        String text = "ab".repeat(length).substring(0, length);
        OutboundMessage message = OutboundMessage.of(new EnginePacket.Text(text));

        List<Frame> frames = parse(message.deflatedWebSocketFrames(ProtocolRevision.V4, new Deflating(10)));

        assertThat(frames).singleElement().satisfies(frame -> {
            assertThat(frame.compressed()).isTrue();
            assertThat(new String(inflate(frame.payload()), StandardCharsets.UTF_8))
                    .isEqualTo('4' + text);
        });
    }

    @Test
    void deflatedFramesAreMadeOnce() {
        OutboundMessage message = OutboundMessage.of(new EnginePacket.Text("a".repeat(50)));
        Deflating deflater = new Deflating(1);

        byte[] first = message.deflatedWebSocketFrames(ProtocolRevision.V4, deflater);
        byte[] second = message.deflatedWebSocketFrames(ProtocolRevision.V4, deflater);

        assertThat(second).isSameAs(first);
        assertThat(deflater.calls).isOne();
    }

    @Test
    void deflatedFramesOfRevision3AreNeverThoseOfRevision4() {
        OutboundMessage message = OutboundMessage.of(new EnginePacket.Binary(bytes(50)));

        List<Frame> v4 = parse(message.deflatedWebSocketFrames(ProtocolRevision.V4, new Deflating(1)));
        List<Frame> v3 = parse(message.deflatedWebSocketFrames(ProtocolRevision.V3, new Deflating(1)));

        assertThat(inflate(v4.get(0).payload())).hasSize(50);
        assertThat(inflate(v3.get(0).payload())).hasSize(51).startsWith((byte) 4);
    }

    @Test
    void packetsBelowTheThresholdStayUncompressed() {
        OutboundMessage message = OutboundMessage.of(
                List.of(new EnginePacket.Text("12345678"), new EnginePacket.Text("123456789")), true);

        List<Frame> frames = parse(message.deflatedWebSocketFrames(ProtocolRevision.V4, new Deflating(10)));

        assertThat(frames).extracting(Frame::compressed).containsExactly(false, true);
    }

    @Test
    void messagesMarkedSoAreNeverCompressed() {
        OutboundMessage message = OutboundMessage.of(List.of(new EnginePacket.Text("x".repeat(500))), false);

        List<Frame> frames = parse(message.deflatedWebSocketFrames(ProtocolRevision.V4, new Deflating(1)));

        assertThat(frames).extracting(Frame::compressed).containsExactly(false);
    }

    @Test
    void sizeGrowsWithPayloadAndNumberOfPackets() {
        int empty = OutboundMessage.of(new EnginePacket.Text("")).sizeBytes();

        assertThat(empty).isPositive();
        assertThat(OutboundMessage.of(new EnginePacket.Text("x".repeat(100))).sizeBytes())
                .isEqualTo(empty + 100);
        assertThat(OutboundMessage.of(new EnginePacket.Binary(bytes(100))).sizeBytes())
                .isEqualTo(empty + 100);
        assertThat(OutboundMessage.of(List.of(new EnginePacket.Text(""), new EnginePacket.Text("")), true)
                        .sizeBytes())
                .isEqualTo(2 * empty);
    }

    /** One frame off the wire. */
    private record Frame(boolean text, boolean compressed, byte[] payload) {}

    private static List<Frame> parse(byte[] wire) {
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(false)
                .allowExtensions(true)
                .maxFramePayloadLength(2_000_000)
                .withUTF8Validator(false)
                .build();
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocket13FrameDecoder(config));
        channel.writeInbound(Unpooled.wrappedBuffer(wire));
        List<Frame> frames = new ArrayList<>();
        WebSocketFrame frame = channel.readInbound();
        while (frame != null) {
            assertThat(frame.isFinalFragment()).isTrue();
            assertThat(frame).isInstanceOfAny(TextWebSocketFrame.class, BinaryWebSocketFrame.class);
            frames.add(new Frame(
                    frame instanceof TextWebSocketFrame,
                    (frame.rsv() & 4) != 0,
                    ByteBufUtil.getBytes(frame.content())));
            frame.release();
            frame = channel.readInbound();
        }
        assertThat(channel.finish()).isFalse();
        return frames;
    }

    private static byte[] inflate(byte[] compressed) {
        try (InflaterInputStream in =
                new InflaterInputStream(new ByteArrayInputStream(compressed), new Inflater(true))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + 7);
        }
        return bytes;
    }

    /** Raw deflate, as a complete stream. */
    private static final class Deflating implements PayloadDeflater {
        private final int thresholdBytes;
        private int calls;

        Deflating(int thresholdBytes) {
            this.thresholdBytes = thresholdBytes;
        }

        @Override
        public int thresholdBytes() {
            return thresholdBytes;
        }

        @Override
        public byte[] deflate(byte[] payload) {
            calls++;
            Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
            deflater.setInput(payload);
            deflater.finish();
            byte[] out = new byte[payload.length + 64];
            int length = deflater.deflate(out);
            deflater.end();
            return Arrays.copyOf(out, length);
        }
    }
}
