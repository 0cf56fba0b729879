package io.duet.adapter.redis;

import java.time.Duration;
import java.util.function.Consumer;

/** An entry of this node's that has not been read back from the stream. Used on the stream's thread. */
final class OwnEntry {
    private final StreamLink.Write write;
    private final Consumer<String> turn;
    private final long expiresAtNanos;
    private boolean isAppended;

    /** @param turn given the id of the entry when it has been read back, or an empty one if it is not in the stream */
    OwnEntry(StreamLink.Write write, Consumer<String> turn, Duration limit) {
        this.write = write;
        this.turn = turn;
        this.expiresAtNanos = System.nanoTime() + limit.toNanos();
    }

    StreamLink.Write write() {
        return write;
    }

    StreamEntry entry() {
        return write.entry();
    }

    boolean isAppended() {
        return isAppended;
    }

    /** Redis, and as many replicas as are wanted, have answered for it. */
    void appended() {
        isAppended = true;
    }

    boolean isExpired() {
        return System.nanoTime() - expiresAtNanos > 0;
    }

    void done(String id) {
        turn.accept(id);
    }
}
