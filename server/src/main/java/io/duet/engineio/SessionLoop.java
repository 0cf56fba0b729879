package io.duet.engineio;

import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop as its sessions use it: it is woken once for all sessions that have something to send, and it owns what they share.
 *
 * <p>A session with a message in an empty outbox puts itself on a stack, unless it is there; the first one on an empty stack schedules the
 * task that takes them all. A broadcast to many sessions of one loop thus costs one task, and messages sent while the loop is busy go out in
 * one batch.
 */
final class SessionLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(SessionLoop.class);

    /** So many sessions are flushed in a row; a helper (see {@link LendingEventLoop}) does no more. */
    private static final int FLUSHES = 32;

    private static final AtomicIntegerFieldUpdater<EngineSession> READY =
            AtomicIntegerFieldUpdater.newUpdater(EngineSession.class, "ready");

    private final EventLoop eventLoop;
    private final Executor lender;
    private final AtomicReference<@Nullable EngineSession> ready = new AtomicReference<>();
    private final PerMessageDeflate deflate;

    /** Taken off the stack and not flushed yet; event loop only. */
    private @Nullable EngineSession rest;

    /** @param lender runs what may block: on the loop's thread, or elsewhere if that is not possible */
    SessionLoop(EventLoop eventLoop, Executor lender, PerMessageDeflate deflate) {
        this.eventLoop = eventLoop;
        this.lender = lender;
        this.deflate = deflate;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    Executor lender() {
        return lender;
    }

    /** The compressor of this loop's sessions; event loop only. */
    PerMessageDeflate deflate() {
        return deflate;
    }

    /**
     * Called by any thread for a session whose outbox was empty. It can be on the stack all the same: what put it there was then flushed out
     * of turn. Put there twice, it would cut off those below it.
     */
    void flushSoon(EngineSession session) {
        if (!READY.compareAndSet(session, 0, 1)) {
            return;
        }
        EngineSession below;
        do {
            below = ready.get();
            session.nextReady = below;
        } while (!ready.compareAndSet(below, session));
        if (below == null) {
            eventLoop.execute(this);
        }
    }

    /** Each time it was scheduled it takes what is left of the last time, or the stack. */
    @Override
    public void run() {
        EngineSession session = rest == null ? ready.getAndSet(null) : rest;
        rest = null;
        for (int flushed = 0; session != null; flushed++) {
            if (flushed == FLUSHES) {
                rest = session;
                eventLoop.execute(this);
                return;
            }
            EngineSession below = session.nextReady;
            session.nextReady = null;
            // Before the flush: what is sent from now on asks again.
            session.ready = 0;
            flush(session);
            session = below;
        }
    }

    /** Whatever becomes of it: who is behind must get a turn. */
    private static void flush(EngineSession session) {
        try {
            session.flush();
        } catch (RuntimeException | Error e) {
            log.error("flush failed", e);
            try {
                session.end(CloseReason.TRANSPORT_ERROR, "flush failed");
            } catch (RuntimeException | Error again) {
                log.error("session could not be closed", again);
            }
        }
    }
}
