package io.duet.wire;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/** One WebSocket whose frames the test makes and sees. Nothing is answered by itself. */
public final class RawWebSocket implements Closeable {
    /** The example of RFC 6455, section 1.3. */
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};

    private final RawHttp connection;
    private final RawHttpResponse handshake;

    private RawWebSocket(RawHttp connection, RawHttpResponse handshake) {
        this.connection = connection;
        this.handshake = handshake;
    }

    /** Opens one on a new connection; fails if it is refused. */
    public static RawWebSocket open(int port, String target, String... headers) {
        return open(RawHttp.connect(port), target, headers);
    }

    /** Turns a connection into one; fails if it is refused. */
    public static RawWebSocket open(RawHttp connection, String target, String... headers) {
        RawHttpResponse handshake = connection.sendUpgrade(target, headers).read();
        if (handshake.status() != 101) {
            throw new IllegalStateException("upgrade refused: " + handshake);
        }
        return new RawWebSocket(connection, handshake);
    }

    /** The answer 101. */
    public RawHttpResponse handshake() {
        return handshake;
    }

    public RawWebSocket text(String text) {
        return frame(true, 0, WebSocketFrame.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public RawWebSocket binary(int... bytes) {
        return frame(true, 0, WebSocketFrame.BINARY, bytesOf(bytes));
    }

    /** A close frame with a status. */
    public RawWebSocket closeFrame(int status) {
        return frame(true, 0, WebSocketFrame.CLOSE, bytesOf(status >> 8, status & 0xFF));
    }

    public RawWebSocket frame(boolean fin, int rsv, int opcode, byte[] payload) {
        return frame(fin, rsv, opcode, payload, true);
    }

    /** One frame, whatever the protocol says to it. */
    public RawWebSocket frame(boolean fin, int rsv, int opcode, byte[] payload, boolean masked) {
        connection.write(encode(new WebSocketFrame(fin, rsv, opcode, payload), masked));
        return this;
    }

    /** Several text frames in one write, for a server that reads them at once. */
    public RawWebSocket texts(String... texts) {
        return frames(texts.length, WebSocketFrame.TEXT, i -> texts[i].getBytes(StandardCharsets.UTF_8));
    }

    /** The same with frames of any kind. */
    public RawWebSocket frames(int count, int opcode, IntFunction<byte[]> payloads) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            frames.writeBytes(encode(new WebSocketFrame(true, 0, opcode, payloads.apply(i)), true));
        }
        connection.write(frames.toByteArray());
        return this;
    }

    /** The next frame. */
    public WebSocketFrame read() {
        int first = connection.readByte();
        int second = connection.readByte();
        if ((second & 0x80) != 0) {
            throw new IllegalStateException("masked frame (expected: servers do not mask)");
        }
        int length = second & 0x7F;
        if (length == 126) {
            length = connection.readByte() << 8 | connection.readByte();
        } else if (length == 127) {
            connection.bytes(4);
            length = connection.readByte() << 24
                    | connection.readByte() << 16
                    | connection.readByte() << 8
                    | connection.readByte();
        }
        return new WebSocketFrame((first & 0x80) != 0, first >> 4 & 7, first & 0xF, connection.bytes(length));
    }

    /** The next frame, which must be a whole uncompressed text message. */
    public String readText() {
        return whole(read(), WebSocketFrame.TEXT).text();
    }

    /** The next frame, which must be a whole uncompressed binary message. */
    public byte[] readBinary() {
        return whole(read(), WebSocketFrame.BINARY).payload();
    }

    /** The status of the close frame that must come next, and behind which nothing else may come. */
    public int readClose() {
        int status = whole(read(), WebSocketFrame.CLOSE).closeStatus();
        connection.shutdownOutput();
        if (!connection.isClosedByServer()) {
            throw new IllegalStateException("connection still open (expected: closed behind the close frame)");
        }
        return status;
    }

    /** Whether the server has closed this connection; waits for it. */
    public boolean isClosedByServer() {
        return connection.isClosedByServer();
    }

    public boolean isQuiet() {
        return connection.isQuiet();
    }

    /** Ends the connection without a close frame. */
    @Override
    public void close() {
        connection.close();
    }

    private static WebSocketFrame whole(WebSocketFrame frame, int opcode) {
        if (!frame.fin() || frame.rsv() != 0 || frame.opcode() != opcode) {
            throw new IllegalStateException(
                    frame + " of " + frame.text() + " (expected: a whole one of " + opcode + ")");
        }
        return frame;
    }

    private static byte[] encode(WebSocketFrame frame, boolean masked) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] payload = frame.payload();
        int mask = masked ? 0x80 : 0;
        out.write((frame.fin() ? 0x80 : 0) | frame.rsv() << 4 | frame.opcode());
        if (payload.length < 126) {
            out.write(mask | payload.length);
        } else if (payload.length < 65536) {
            out.writeBytes(bytesOf(mask | 126, payload.length >> 8, payload.length & 0xFF));
        } else {
            out.writeBytes(bytesOf(mask | 127, 0, 0, 0, 0));
            out.writeBytes(bytesOf(
                    payload.length >>> 24,
                    payload.length >> 16 & 0xFF,
                    payload.length >> 8 & 0xFF,
                    payload.length & 0xFF));
        }
        if (masked) {
            out.writeBytes(MASK);
        }
        for (int i = 0; i < payload.length; i++) {
            out.write(masked ? payload[i] ^ MASK[i % MASK.length] : payload[i]);
        }
        return out.toByteArray();
    }

    private static byte[] bytesOf(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
