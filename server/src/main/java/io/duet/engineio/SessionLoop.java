package io.duet.engineio;

import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop as its sessions use it: it is woken once for all sessions that have something to send, and it owns what they share.
 *
 * <p>A session with a message in an empty outbox puts itself on a stack; the first one on an empty stack schedules the task that takes them
 * all. A broadcast to many sessions of one loop thus costs one task, and messages sent while the loop is busy go out in one batch.
 */
final class SessionLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(SessionLoop.class);

    private final EventLoop eventLoop;
    private final AtomicReference<@Nullable EngineSession> ready = new AtomicReference<>();
    private final PerMessageDeflate deflate;

    SessionLoop(EventLoop eventLoop, PerMessageDeflate deflate) {
        this.eventLoop = eventLoop;
        this.deflate = deflate;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /** The compressor of this loop's sessions; event loop only. */
    PerMessageDeflate deflate() {
        return deflate;
    }

    /** Called by any thread for a session whose outbox was empty: such a session is on no stack. */
    void flushSoon(EngineSession session) {
        EngineSession below;
        do {
            below = ready.get();
            session.nextReady = below;
        } while (!ready.compareAndSet(below, session));
        if (below == null) {
            eventLoop.execute(this);
        }
    }

    @Override
    public void run() {
        EngineSession session = ready.getAndSet(null);
        while (session != null) {
            EngineSession below = session.nextReady;
            session.nextReady = null;
            try {
                session.flush();
            } catch (RuntimeException e) {
                log.error("flush failed", e);
                session.end(CloseReason.TRANSPORT_ERROR, "flush failed");
            }
            session = below;
        }
    }
}
