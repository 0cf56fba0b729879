package io.duet.it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** An {@link EngineClient} over a WebSocket. */
final class WebSocketClient extends EngineClient {
    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MASKED = 0x80;

    private final Socket socket;
    private final DataInputStream input;
    private final OutputStream output;

    private WebSocketClient(Socket socket) throws IOException {
        this.socket = socket;
        this.input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.output = socket.getOutputStream();
    }

    /** Opens a session; its open packet is read. */
    static WebSocketClient open(int port) throws IOException {
        return open(port, 0);
    }

    /** @param receiveBufferBytes how much of what it does not read the system may keep for it; 0 for the default */
    static WebSocketClient open(int port, int receiveBufferBytes) throws IOException {
        WebSocketClient client = upgrade(port, "/socket.io/?EIO=4&transport=websocket", receiveBufferBytes);
        client.read();
        return client;
    }

    /** Only the opening handshake. */
    static WebSocketClient upgrade(int port, String target, int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(LIMIT_MILLIS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), LIMIT_MILLIS);
        WebSocketClient client = new WebSocketClient(socket);
        client.output.write(("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        String head = HttpConnection.readHead(client.input);
        if (!head.startsWith("HTTP/1.1 101 ")) {
            socket.close();
            throw new EOFException("upgrade refused: " + head);
        }
        return client;
    }

    Socket socket() {
        return socket;
    }

    @Override
    void send(String... packets) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (String packet : packets) {
            frames.write(frame(TEXT, packet.getBytes(StandardCharsets.UTF_8)));
        }
        write(frames.toByteArray());
    }

    void write(byte[] bytes) throws IOException {
        synchronized (output) {
            output.write(bytes);
        }
    }

    @Override
    String read() throws IOException {
        try {
            while (true) {
                int first = input.readUnsignedByte();
                int length = input.readUnsignedByte();
                if (length == LENGTH_16) {
                    length = input.readUnsignedShort();
                } else if (length == LENGTH_64) {
                    length = Math.toIntExact(input.readLong());
                }
                byte[] payload = new byte[length];
                input.readFully(payload);
                if (first == CLOSE) {
                    throw new EOFException("close frame");
                }
                if (first == TEXT) {
                    return new String(payload, StandardCharsets.UTF_8);
                }
            }
        } catch (SocketException e) {
            throw (IOException) new EOFException("connection reset").initCause(e);
        }
    }

    @Override
    void leave() throws IOException {
        write(frame(CLOSE, new byte[0]));
        awaitEnd();
        cut(true);
    }

    @Override
    void cut(boolean reset) throws IOException {
        if (reset) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }

    /** With a mask of zeros, which leaves the payload as it is. */
    static byte[] frame(int firstByte, byte[] payload) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length + 14);
            DataOutputStream frame = new DataOutputStream(bytes);
            frame.writeByte(firstByte);
            if (payload.length < LENGTH_16) {
                frame.writeByte(MASKED | payload.length);
            } else if (payload.length <= 0xFFFF) {
                frame.writeByte(MASKED | LENGTH_16);
                frame.writeShort(payload.length);
            } else {
                frame.writeByte(MASKED | LENGTH_64);
                frame.writeLong(payload.length);
            }
            frame.writeInt(0);
            frame.write(payload);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("in memory", e);
        }
    }
}
