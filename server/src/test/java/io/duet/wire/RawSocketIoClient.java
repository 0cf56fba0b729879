package io.duet.wire;

import java.io.Closeable;

/**
 * A Socket.IO client on a WebSocket that speaks in packets as they stand on the wire, without the leading {@code 4} of Engine.IO:
 * {@code 2["event",1]}. It answers no pings.
 */
public final class RawSocketIoClient implements Closeable {
    private static final String MESSAGE = "4";

    private final RawWebSocket webSocket;
    private final String open;

    private RawSocketIoClient(RawWebSocket webSocket) {
        this.webSocket = webSocket;
        this.open = webSocket.readText();
    }

    /** Opens a session; no namespace is joined. */
    public static RawSocketIoClient open(int port, String... headers) {
        return over(RawWebSocket.open(port, "/socket.io/?EIO=4&transport=websocket", headers));
    }

    /** Takes a WebSocket on which the open packet comes next. */
    public static RawSocketIoClient over(RawWebSocket webSocket) {
        return new RawSocketIoClient(webSocket);
    }

    /** The open packet, with its type. */
    public String openPacket() {
        return open;
    }

    public RawWebSocket webSocket() {
        return webSocket;
    }

    /** Joins a namespace and returns the id of the socket. */
    public String join(String namespace) {
        String prefix = namespace.equals("/") ? "0" : "0" + namespace + ",";
        send(prefix);
        String answer = read();
        String before = prefix + "{\"sid\":\"";
        if (!answer.startsWith(before) || !answer.endsWith("\"}")) {
            throw new IllegalStateException(answer + " (expected: " + before + "...\"})");
        }
        return answer.substring(before.length(), answer.length() - 2);
    }

    public RawSocketIoClient send(String packet) {
        webSocket.text(MESSAGE + packet);
        return this;
    }

    /** Several packets in one write. */
    public RawSocketIoClient sendAll(String... packets) {
        String[] texts = new String[packets.length];
        for (int i = 0; i < packets.length; i++) {
            texts[i] = MESSAGE + packets[i];
        }
        webSocket.texts(texts);
        return this;
    }

    public RawSocketIoClient sendBinary(int... bytes) {
        webSocket.binary(bytes);
        return this;
    }

    /** The next packet. */
    public String read() {
        String text = webSocket.readText();
        if (!text.startsWith(MESSAGE)) {
            throw new IllegalStateException(text + " (expected: a message)");
        }
        return text.substring(MESSAGE.length());
    }

    public byte[] readBinary() {
        return webSocket.readBinary();
    }

    /** The status of the close frame that must come next. */
    public int readClose() {
        return webSocket.readClose();
    }

    public boolean isQuiet() {
        return webSocket.isQuiet();
    }

    /** Ends the connection without a word. */
    @Override
    public void close() {
        webSocket.close();
    }
}
