package io.duet.socketio;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An application's executor, which may be full or shut down: what it refuses runs on a spare one. A refused task would never be given again, and
 * with it the socket that it belongs to would neither go on nor end.
 */
final class NeverRefusing implements Executor {
    private static final Logger log = LoggerFactory.getLogger(NeverRefusing.class);

    private final Executor given;
    private final Executor spare;
    private final AtomicBoolean told = new AtomicBoolean();

    NeverRefusing(Executor given, Executor spare) {
        this.given = given;
        this.spare = spare;
    }

    @Override
    public void execute(Runnable task) {
        try {
            given.execute(task);
        } catch (RejectedExecutionException e) {
            if (told.compareAndSet(false, true)) {
                log.warn("listenerExecutor refuses tasks, which run on threads of the server now; told once", e);
            }
            spare.execute(task);
        }
    }
}
