package io.duet.it;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection kept alive, with requests written and answers read one by one, or only written. */
final class HttpConnection implements Closeable {
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private final Socket socket;
    private final DataInputStream input;

    HttpConnection(int port) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(EngineClient.LIMIT_MILLIS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), EngineClient.LIMIT_MILLIS);
        input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    Socket socket() {
        return socket;
    }

    void write(String method, String target, String body) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        byte[] head = (method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        + "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: " + content.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + content.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(content, 0, request, head.length, content.length);
        socket.getOutputStream().write(request);
    }

    Answer read() throws IOException {
        try {
            String head = readHead(input);
            Matcher length = LENGTH.matcher(head);
            byte[] body = new byte[length.find() ? Integer.parseInt(length.group(1)) : 0];
            input.readFully(body);
            return new Answer(Integer.parseInt(head.substring(9, 12)), new String(body, StandardCharsets.UTF_8));
        } catch (SocketException e) {
            throw (IOException) new EOFException("connection reset").initCause(e);
        }
    }

    /** The head of an answer, with its last line's end. */
    static String readHead(InputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            int next = input.read();
            if (next < 0) {
                throw new EOFException("connection closed after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    void cut(boolean reset) throws IOException {
        if (reset) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }

    @Override
    public void close() throws IOException {
        cut(true);
    }

    /** What the server has answered. */
    record Answer(int status, String body) {}
}
