package io.duet.socketio;

import org.jspecify.annotations.Nullable;

/** The answer that a client waits for. May be sent from any thread, at any time while the socket is connected. */
public interface Ack {
    /** Whether the client asked for an answer at all. */
    boolean isRequested();

    /**
     * Answers, with any number of values. Only the first call does something; an answer to a client that is gone, or that did not ask, is
     * dropped.
     *
     * @throws IllegalArgumentException if a value cannot be encoded
     */
    void send(@Nullable Object... values);
}
