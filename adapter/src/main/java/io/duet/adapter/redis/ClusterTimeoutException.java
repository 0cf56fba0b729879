package io.duet.adapter.redis;

import java.util.Collection;
import java.util.concurrent.TimeoutException;

/** Not every other node has answered in time; what did come is here. */
public final class ClusterTimeoutException extends TimeoutException {
    private static final long serialVersionUID = 1L;

    private final int received;
    private final int expected;
    private final transient Collection<?> partial;

    ClusterTimeoutException(String what, int received, int expected, Collection<?> partial) {
        super("timeout reached while waiting for " + what + " response: " + received + " of " + expected
                + " nodes answered");
        this.received = received;
        this.expected = expected;
        this.partial = partial;
    }

    /**
     * What this node and those that answered have: {@link io.duet.adapter.SocketDetails} for {@code fetchSockets}, names for
     * {@code allRooms}.
     */
    public Collection<?> partial() {
        return partial;
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
