package io.duet.adapter.presence;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One who listens. Events wait for its executor, up to a bound; who reaches that is told of nothing more until it has taken what waits, and then
 * goes on with a snapshot. Belongs to the directory's thread.
 */
final class PresenceSubscriber {
    private static final Logger log = LoggerFactory.getLogger(PresenceSubscriber.class);

    /** Some ten megabytes. */
    static final int MAX_WAITING = 100_000;

    private final PresenceListener listener;
    private final int maxWaiting;
    private final Executor executor;
    private final Executor directory;
    private final Supplier<PresenceSnapshot> present;
    private final AtomicInteger waiting = new AtomicInteger();
    private boolean behind;

    /**
     * @param executor where the listener is called
     * @param directory the thread this belongs to
     * @param present asked there
     */
    PresenceSubscriber(
            PresenceListener listener,
            int maxWaiting,
            Executor executor,
            Executor directory,
            Supplier<PresenceSnapshot> present) {
        this.listener = listener;
        this.maxWaiting = maxWaiting;
        this.executor = executor;
        this.directory = directory;
        this.present = present;
    }

    boolean isFor(PresenceListener other) {
        return listener.equals(other);
    }

    /** @return whether the listener will hear of it */
    boolean tell(PresenceEvent event) {
        if (behind) {
            return false;
        }
        if (waiting.get() == maxWaiting) {
            log.warn("presence: a listener is too slow, it goes on with a snapshot when it has taken what waits");
            behind = true;
            call(() -> directory.execute(this::goOn));
            return false;
        }
        waiting.incrementAndGet();
        call(() -> {
            waiting.decrementAndGet();
            listener.onEvent(event);
        });
        return true;
    }

    private void goOn() {
        behind = false;
        PresenceSnapshot snapshot = present.get();
        call(() -> listener.onGap(snapshot));
    }

    private void call(Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    log.error("presence: a listener failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("presence: a listener is no longer called", e);
        }
    }
}
