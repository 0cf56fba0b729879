package io.duet.socketio;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what goes on, so that its end can be waited for. Safe for any thread. */
final class InFlight {
    private final AtomicInteger count = new AtomicInteger();

    void begin() {
        count.incrementAndGet();
    }

    void end() {
        if (count.decrementAndGet() == 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Runs tasks elsewhere, each of which counts from when it is given to when it is done. */
    Executor counting(Executor executor) {
        return task -> {
            begin();
            try {
                executor.execute(() -> {
                    try {
                        task.run();
                    } finally {
                        end();
                    }
                });
            } catch (RuntimeException | Error e) {
                end();
                throw e;
            }
        };
    }

    /** @throws TimeoutException if something goes on at that time of {@link System#nanoTime()} still */
    synchronized void await(long deadlineNanos) throws InterruptedException, TimeoutException {
        while (count.get() > 0) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                throw new TimeoutException("still running: " + count.get());
            }
            // Rounded up: 0 would wait for ever.
            wait(leftNanos / 1_000_000 + 1);
        }
    }
}
