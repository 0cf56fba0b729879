package io.duet.it;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** An {@link EngineClient} over HTTP long-polling, on one connection for its polls and one for what it sends. */
final class PollingClient extends EngineClient {
    private static final String SEPARATOR = "\u001e";
    private static final String NOOP = "6";
    private static final String CLOSE = "1";

    private final int port;
    private final HttpConnection polls;
    private final HttpConnection posts;
    private final String sid;
    private final Queue<String> received = new ArrayDeque<>();

    private PollingClient(int port, HttpConnection polls, HttpConnection posts, String sid) {
        this.port = port;
        this.polls = polls;
        this.posts = posts;
        this.sid = sid;
    }

    /** Opens a session. */
    static PollingClient open(int port) throws IOException {
        HttpConnection polls = new HttpConnection(port);
        polls.write("GET", "/socket.io/?EIO=4&transport=polling", "");
        String open = polls.read().body();
        String marker = "\"sid\":\"";
        int start = open.indexOf(marker) + marker.length();
        return new PollingClient(
                port, polls, new HttpConnection(port), open.substring(start, open.indexOf('"', start)));
    }

    String sid() {
        return sid;
    }

    @Override
    void send(String... packets) throws IOException {
        synchronized (posts) {
            posts.write("POST", target(), String.join(SEPARATOR, packets));
            expectOk(posts.read());
        }
    }

    @Override
    String read() throws IOException {
        while (received.isEmpty()) {
            startPoll();
            HttpConnection.Answer answer = polls.read();
            expectOk(answer);
            received.addAll(List.of(answer.body().split(SEPARATOR)));
            received.removeIf(NOOP::equals);
        }
        String packet = received.remove();
        if (packet.equals(CLOSE)) {
            throw new EOFException("close packet");
        }
        return packet;
    }

    /** Only asks; the answer is for {@link #read} only if nothing else is read before. */
    void startPoll() throws IOException {
        polls.write("GET", target(), "");
    }

    /** Moves to a WebSocket, on which nothing was read yet; what was received here and not read is lost. */
    WebSocketClient upgrade() throws IOException {
        WebSocketClient webSocket =
                WebSocketClient.upgrade(port, "/socket.io/?EIO=4&transport=websocket&sid=" + sid, 0);
        webSocket.send("2probe");
        String answer = webSocket.read();
        if (!answer.equals("3probe")) {
            throw new EOFException("probe answered by " + answer);
        }
        webSocket.send("5");
        polls.close();
        posts.close();
        return webSocket;
    }

    @Override
    void leave() throws IOException {
        send(CLOSE);
        cut(true);
    }

    @Override
    void cut(boolean reset) throws IOException {
        polls.cut(reset);
        posts.cut(reset);
    }

    private String target() {
        return "/socket.io/?EIO=4&transport=polling&sid=" + sid;
    }

    private static void expectOk(HttpConnection.Answer answer) throws IOException {
        if (answer.status() != 200) {
            throw new EOFException("refused: " + answer);
        }
    }
}
