package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/**
 * A small, fast client: Engine.IO packets in and out as text, pings answered when they are read. Blocking; one thread reads, one writes.
 * Whatever does not arrive within 20 s fails with a {@link SocketTimeoutException}.
 */
abstract class EngineClient implements Closeable {
    static final int LIMIT_MILLIS = 20_000;

    private static final String PING = "2";

    private volatile int pings;
    private int acks;

    /** Sends packets at once, in this order. */
    abstract void send(String... packets) throws IOException;

    /**
     * The next packet, whatever it is.
     *
     * @throws EOFException if the server has ended the session
     */
    abstract String read() throws IOException;

    /** Says goodbye as a client does that closes its connection. */
    abstract void leave() throws IOException;

    /** Ends its connections without a word: cleanly, or with a reset. */
    abstract void cut(boolean reset) throws IOException;

    @Override
    public void close() throws IOException {
        cut(true);
    }

    /** How many pings it has answered. */
    int pings() {
        return pings;
    }

    /** The next packet that is no ping. */
    String receive() throws IOException {
        while (true) {
            String packet = read();
            if (!packet.equals(PING)) {
                return packet;
            }
            answerPing();
        }
    }

    /** Reads, and drops, until the server ends the session; pings do not prolong the limit. */
    void awaitEnd() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        try {
            while (System.nanoTime() < deadline) {
                if (read().equals(PING)) {
                    answerPing();
                }
            }
        } catch (EOFException e) {
            return;
        }
        throw new SocketTimeoutException("session still open");
    }

    /** Joins the main namespace; returns the socket's id. */
    String join() throws IOException {
        send("40");
        String answer = receive();
        assertThat(answer).matches("40\\{\"sid\":\"[^\"]{20}\"}");
        return answer.substring(10, 30);
    }

    void emit(String event, Object... jsonArguments) throws IOException {
        send("42" + event(event, jsonArguments));
    }

    /** Emits and waits for the ack, whose values are returned as a JSON array; other packets are dropped. */
    String call(String event, Object... jsonArguments) throws IOException {
        int id = acks++;
        send("42" + id + event(event, jsonArguments));
        String beginning = "43" + id;
        String packet = receive();
        while (!packet.startsWith(beginning + "[")) {
            packet = receive();
        }
        return packet.substring(beginning.length());
    }

    private void answerPing() throws IOException {
        pings++;
        send("3");
    }

    static String event(String name, Object... jsonArguments) {
        StringBuilder json = new StringBuilder("[\"").append(name).append('"');
        for (Object argument : jsonArguments) {
            json.append(',').append(argument);
        }
        return json.append(']').toString();
    }
}
