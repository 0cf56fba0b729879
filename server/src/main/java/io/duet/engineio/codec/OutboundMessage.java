package io.duet.engineio.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets that leave together, back to back, encoded at most once for each wire form however many sessions they go to.
 *
 * <p>Immutable and shared between threads. A wire form is made when first asked for; two threads may make it at the same time, with the same
 * result.
 */
public final class OutboundMessage {
    private static final int FIN_TEXT = 0x81;
    private static final int FIN_BINARY = 0x82;
    private static final int RESERVED_BIT_COMPRESSED = 0x40;

    /** What a packet costs a queue besides its payload: the objects that hold it. */
    private static final int OVERHEAD_BYTES = 64;

    private final List<EnginePacket> packets;
    private final boolean compress;
    private final boolean binaryFrames;
    private final int sizeBytes;
    private volatile byte @Nullable [] frames;
    private volatile byte @Nullable [] framesV3;
    private volatile byte @Nullable [] deflatedFrames;
    private volatile byte @Nullable [] polled;
    private volatile @Nullable OutboundMessage inBase64;

    private OutboundMessage(List<EnginePacket> packets, boolean compress, boolean binaryFrames) {
        this.packets = packets;
        this.compress = compress;
        this.binaryFrames = binaryFrames;
        int size = 0;
        for (EnginePacket packet : packets) {
            size += OVERHEAD_BYTES + payloadBytes(packet);
        }
        this.sizeBytes = size;
    }

    public static OutboundMessage of(EnginePacket packet) {
        return new OutboundMessage(List.of(packet), true, true);
    }

    /**
     * @param packets at least one
     * @param compress whether transports that can compress may do so
     */
    public static OutboundMessage of(List<EnginePacket> packets, boolean compress) {
        return new OutboundMessage(List.copyOf(packets), compress, true);
    }

    public List<EnginePacket> packets() {
        return packets;
    }

    public boolean compress() {
        return compress;
    }

    /** What the message counts for in a queue's limit: about its size in memory, in bytes. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** The message for WebSockets of clients that take bytes in base64 only; the same one if it holds none. */
    public OutboundMessage withoutBinaryFrames() {
        if (!holdsBinary()) {
            return this;
        }
        OutboundMessage cached = inBase64;
        if (cached == null) {
            cached = new OutboundMessage(packets, compress, false);
            inBase64 = cached;
        }
        return cached;
    }

    /**
     * The packets as complete, unmasked WebSocket frames, one a packet (RFC 6455, section 5.2).
     *
     * @return shared: must not be written to
     */
    public byte[] webSocketFrames(ProtocolRevision revision) {
        boolean ownForm = revision == ProtocolRevision.V3 && holdsBinary();
        byte[] cached = ownForm ? framesV3 : frames;
        if (cached != null) {
            return cached;
        }
        byte[] encoded = encodeFrames(revision, null);
        if (ownForm) {
            framesV3 = encoded;
        } else {
            frames = encoded;
        }
        return encoded;
    }

    /**
     * The same with the payloads of at least {@code deflater.thresholdBytes()} compressed (RFC 7692). Each frame stands alone, since no
     * compression context is ever taken over, so that these frames can be shared too. Revision 4 only in the cache: others are made anew.
     */
    public byte[] deflatedWebSocketFrames(ProtocolRevision revision, PayloadDeflater deflater) {
        if (!compress) {
            return webSocketFrames(revision);
        }
        byte[] cached = deflatedFrames;
        if (cached != null && revision == ProtocolRevision.V4) {
            return cached;
        }
        byte[] encoded = encodeFrames(revision, deflater);
        if (revision == ProtocolRevision.V4) {
            deflatedFrames = encoded;
        }
        return encoded;
    }

    /**
     * The packets as a revision 4 polling body, or as a part of one, in UTF-8; {@link PollingPayloadV4#join}.
     *
     * @return shared: must not be written to
     */
    public byte[] pollingPayload() {
        byte[] cached = polled;
        if (cached != null) {
            return cached;
        }
        byte[] encoded = PollingPayloadV4.encode(packets).getBytes(StandardCharsets.UTF_8);
        polled = encoded;
        return encoded;
    }

    /** Compresses one message's payload. */
    public interface PayloadDeflater {
        /** Smaller payloads are left as they are. */
        int thresholdBytes();

        byte[] deflate(byte[] payload);
    }

    private boolean holdsBinary() {
        return packets.stream().anyMatch(EnginePacket.Binary.class::isInstance);
    }

    private byte[] encodeFrames(ProtocolRevision revision, @Nullable PayloadDeflater deflater) {
        if (packets.size() == 1) {
            return encodeFrame(packets.get(0), revision, deflater);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(sizeBytes);
        for (EnginePacket packet : packets) {
            out.writeBytes(encodeFrame(packet, revision, deflater));
        }
        return out.toByteArray();
    }

    private byte[] encodeFrame(EnginePacket packet, ProtocolRevision revision, @Nullable PayloadDeflater deflater) {
        return binaryFrames && packet instanceof EnginePacket.Binary binary
                ? frame(FIN_BINARY, payload(binary, revision), deflater)
                : frame(FIN_TEXT, PacketText.encode(packet, revision).getBytes(StandardCharsets.UTF_8), deflater);
    }

    private static byte[] payload(EnginePacket.Binary binary, ProtocolRevision revision) {
        if (revision == ProtocolRevision.V4) {
            return binary.bytes();
        }
        byte[] payload = new byte[binary.bytes().length + 1];
        payload[0] = WebSocketCodec.V3_MESSAGE_TYPE;
        System.arraycopy(binary.bytes(), 0, payload, 1, binary.bytes().length);
        return payload;
    }

    private static byte[] frame(int opcode, byte[] payload, @Nullable PayloadDeflater deflater) {
        return deflater != null && payload.length >= deflater.thresholdBytes()
                ? frame(opcode | RESERVED_BIT_COMPRESSED, deflater.deflate(payload))
                : frame(opcode, payload);
    }

    private static byte[] frame(int firstByte, byte[] payload) {
        int length = payload.length;
        int header = length < 126 ? 2 : length < 65536 ? 4 : 10;
        byte[] frame = new byte[header + length];
        frame[0] = (byte) firstByte;
        if (header == 2) {
            frame[1] = (byte) length;
        } else if (header == 4) {
            frame[1] = 126;
            frame[2] = (byte) (length >>> 8);
            frame[3] = (byte) length;
        } else {
            frame[1] = 127;
            for (int i = 0; i < 4; i++) {
                frame[9 - i] = (byte) (length >>> (8 * i));
            }
        }
        System.arraycopy(payload, 0, frame, header, length);
        return frame;
    }

    private static int payloadBytes(EnginePacket packet) {
        if (packet instanceof EnginePacket.Text message) {
            return message.text().length();
        } else if (packet instanceof EnginePacket.Pong pong) {
            return pong.data().length();
        }
        return packet instanceof EnginePacket.Binary binary ? binary.bytes().length : 0;
    }
}
