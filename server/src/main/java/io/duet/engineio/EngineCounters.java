package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link EngineServer} has done since it was made. Counts only grow; two that are read one after the other need not agree to the last
 * unit. Safe for any thread.
 */
public final class EngineCounters {
    final Counts<TransportName> opened = new Counts<>(TransportName.class);
    final Counts<TransportName> receivedBytes = new Counts<>(TransportName.class);
    final Counts<TransportName> sentBytes = new Counts<>(TransportName.class);
    final Counts<CloseReason> closed = new Counts<>(CloseReason.class);
    final Counts<EngineError> refused = new Counts<>(EngineError.class);
    final LongAdder unavailable = new LongAdder();
    final LongAdder upgraded = new LongAdder();
    final LongAdder slowConsumers = new LongAdder();

    private volatile @Nullable LongConsumer heartbeatLag;

    EngineCounters() {}

    /** Handshakes that were accepted. */
    public long opened(TransportName transport) {
        return opened.of(transport);
    }

    /** Sessions that have moved from polling to a WebSocket. */
    public long upgraded() {
        return upgraded.sum();
    }

    /** Sessions that have ended. */
    public long closed(CloseReason reason) {
        return closed.of(reason);
    }

    /** Sessions that were closed because too much waited for their peers; they are among those {@link #closed} too. */
    public long slowConsumers() {
        return slowConsumers.sum();
    }

    /** Requests that opened no session and reached none. */
    public long refused(EngineError error) {
        return refused.of(error);
    }

    /** Handshakes that were answered with 503 because the server is ending. */
    public long unavailable() {
        return unavailable.sum();
    }

    /** Bytes of WebSocket messages and polling bodies, as they came. */
    public long receivedBytes(TransportName transport) {
        return receivedBytes.of(transport);
    }

    /** Bytes of WebSocket frames and polling bodies, as they were handed to the network. */
    public long sentBytes(TransportName transport) {
        return sentBytes.of(transport);
    }

    /**
     * From now on tells how late pings leave, in nanoseconds: how far event loops are behind.
     *
     * @param listener called on event loops: must not block; takes the place of the one before
     */
    public void onHeartbeatLag(LongConsumer listener) {
        heartbeatLag = requireNonNull(listener, "listener");
    }

    void heartbeatLag(long nanos) {
        LongConsumer listener = heartbeatLag;
        if (listener != null) {
            listener.accept(nanos);
        }
    }
}
