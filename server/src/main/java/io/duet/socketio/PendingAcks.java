package io.duet.socketio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one socket's client has still to acknowledge, by id. Guarded by itself; once closed it takes no more. */
final class PendingAcks {
    private @Nullable Map<Long, PendingAck> byId;
    private boolean closed;

    /** Adds a request; if the socket is gone already it is lost at once. */
    void add(long id, PendingAck ack) {
        synchronized (this) {
            if (!closed) {
                if (byId == null) {
                    byId = new HashMap<>();
                }
                byId.put(id, ack);
                return;
            }
        }
        ack.lost();
    }

    synchronized @Nullable PendingAck remove(long id) {
        PendingAck ack = byId == null ? null : byId.remove(id);
        if (byId != null && byId.isEmpty()) {
            byId = null;
        }
        return ack;
    }

    /** The socket is gone: nobody will answer. */
    void close() {
        List<PendingAck> lost;
        synchronized (this) {
            closed = true;
            lost = byId == null ? List.of() : new ArrayList<>(byId.values());
            byId = null;
        }
        lost.forEach(PendingAck::lost);
    }
}
