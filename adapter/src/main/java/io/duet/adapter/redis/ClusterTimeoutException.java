package io.duet.adapter.redis;

import java.util.concurrent.TimeoutException;

/** Not every other node has answered in time. */
public final class ClusterTimeoutException extends TimeoutException {
    private static final long serialVersionUID = 1L;

    private final int received;
    private final int expected;

    ClusterTimeoutException(String what, int received, int expected) {
        super("timeout reached while waiting for " + what + " response: " + received + " of " + expected
                + " nodes answered");
        this.received = received;
        this.expected = expected;
    }

    /** How many nodes did answer. */
    public int received() {
        return received;
    }

    /** How many other nodes were counted when they were asked. */
    public int expected() {
        return expected;
    }
}
