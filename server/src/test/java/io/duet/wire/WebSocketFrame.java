package io.duet.wire;

import java.nio.charset.StandardCharsets;

/** A frame (RFC 6455, section 5.2), without its mask. */
@SuppressWarnings("ArrayRecordComponent") // Frames are never compared.
public record WebSocketFrame(boolean fin, int rsv, int opcode, byte[] payload) {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    /** The reserved bit that marks a compressed message. */
    public static final int RSV1 = 0b100;

    /** What a peer reports for a close frame without status (RFC 6455, section 7.4.1). */
    public static final int NO_STATUS = 1005;

    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The status of a close frame. */
    public int closeStatus() {
        return payload.length == 0 ? NO_STATUS : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
    }
}
