package io.duet.wire;

import java.io.Closeable;

/** A polling session on two connections, one for the polls and one for what is sent. */
public final class RawPolling implements Closeable {
    private final RawHttp polls;
    private final RawHttp posts;
    private final String target;
    private final String open;

    private RawPolling(int port, String handshakeTarget) {
        this.polls = RawHttp.connect(port);
        this.posts = RawHttp.connect(port);
        RawHttpResponse handshake = polls.get(handshakeTarget);
        if (handshake.status() != 200) {
            throw new IllegalStateException("handshake refused: " + handshake);
        }
        this.open = handshake.text();
        this.target = handshakeTarget + "&sid=" + sid(open);
    }

    /** @param handshakeTarget with its query, without a sid */
    public static RawPolling open(int port, String handshakeTarget) {
        return new RawPolling(port, handshakeTarget);
    }

    /** The session id in an open packet, wherever it stands. */
    public static String sid(String openPacket) {
        // In JSONP the packet is a string within a script.
        String packet = openPacket.replace("\\\"", "\"");
        String before = "\"sid\":\"";
        int start = packet.indexOf(before) + before.length();
        return packet.substring(start, packet.indexOf('"', start));
    }

    /** The body of the handshake. */
    public String openPacket() {
        return open;
    }

    public String sid() {
        return sid(open);
    }

    /** Where this session's requests go. */
    public String target() {
        return target;
    }

    /** The connection of the polls. */
    public RawHttp polls() {
        return polls;
    }

    /** The connection of the posts. */
    public RawHttp posts() {
        return posts;
    }

    /** Polls and waits for the answer. */
    public RawHttpResponse poll() {
        return polls.get(target);
    }

    /** Polls and leaves the answer for {@link #readPoll}. */
    public RawPolling sendPoll() {
        polls.sendGet(target);
        return this;
    }

    public RawHttpResponse readPoll() {
        return polls.read();
    }

    public RawHttpResponse post(String body) {
        return posts.post(target, body);
    }

    @Override
    public void close() {
        polls.close();
        posts.close();
    }
}
