package io.duet.wire;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One HTTP/1.1 connection. Nothing is sent or closed but by the test; a read that takes more than five seconds fails. */
public final class RawHttp implements Closeable {
    /** Long enough for a loaded machine, short enough for a test that fails. */
    static final int READ_TIMEOUT_MILLIS = 5_000;

    private static final int QUIET_MILLIS = 100;

    private final Socket socket;
    private final InputStream in;

    /** Takes a connection that is there, for example one of TLS. */
    public RawHttp(Socket socket) {
        this.socket = socket;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static RawHttp connect(int port) {
        try {
            return new RawHttp(new Socket(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param headers whole lines */
    public RawHttpResponse get(String target, String... headers) {
        return request("GET", target, "", headers);
    }

    /** @param headers whole lines */
    public RawHttpResponse post(String target, String body, String... headers) {
        return request("POST", target, body, headers);
    }

    public RawHttpResponse request(String method, String target, String body, String... headers) {
        send(method, target, body.getBytes(StandardCharsets.UTF_8), headers);
        return read();
    }

    /** Sends a GET and leaves the answer for {@link #read}. */
    public RawHttp sendGet(String target, String... headers) {
        return send("GET", target, new byte[0], headers);
    }

    /** Sends a POST and leaves the answer for {@link #read}. */
    public RawHttp sendPost(String target, String body, String... headers) {
        return send("POST", target, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    public RawHttp send(String method, String target, byte[] body, String... headers) {
        sendHead(method, target, body.length, headers);
        return write(body);
    }

    /** Only the head of a request with a body of that length; none is announced if it is negative. */
    public RawHttp sendHead(String method, String target, int length, String... headers) {
        StringBuilder head =
                new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (length > 0 || (length == 0 && !method.equals("GET"))) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        return write(head.append("\r\n").toString());
    }

    /** Asks for a WebSocket and leaves the answer for {@link #read}. */
    public RawHttp sendUpgrade(String target, String... headers) {
        List<String> lines = new ArrayList<>(List.of(
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + RawWebSocket.KEY));
        lines.addAll(List.of(headers));
        return sendGet(target, lines.toArray(String[]::new));
    }

    public RawHttp write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    public RawHttp write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next answer. */
    public RawHttpResponse read() {
        String[] status = line().split(" ", 3);
        List<String> headers = new ArrayList<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            headers.add(header);
        }
        RawHttpResponse head = new RawHttpResponse(Integer.parseInt(status[1]), headers, new byte[0]);
        int length = Integer.parseInt(head.header("content-length").orElse("0"));
        return new RawHttpResponse(head.status(), headers, bytes(length));
    }

    /** Whether the server has closed this connection; waits for it. */
    public boolean isClosedByServer() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            // Reset: closed as well.
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells the server that nothing else will come. */
    public void shutdownOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nothing comes for a tenth of a second. */
    public boolean isQuiet() {
        try {
            socket.setSoTimeout(QUIET_MILLIS);
            in.mark(1);
            int next = in.read();
            in.reset();
            return next < 0;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            restoreTimeout();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int readByte() {
        try {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed by the server");
            }
            return next;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes(int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("closed by the server after " + bytes.length + " of " + length + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = readByte(); next != '\n'; next = readByte()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private void restoreTimeout() {
        try {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
