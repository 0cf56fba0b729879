package io.duet.engineio;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees to it that no event loop stands still because its thread is lent: looks at the loops every {@value #LOOK_MILLIS} ms while they lend, and sends
 * a substitute to one whose guest was there at the last look. Sleeps when none has lent for {@value #LOOKS_UNTIL_SLEEP} looks.
 *
 * <p>A look costs some microseconds; a timer for each guest would cost what lending saves.
 */
final class LoopWatch implements Runnable {
    private static final long LOOK_MILLIS = 10;

    /** After more than that since the last look everything has stood still, and a guest that is still there had no time to leave. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(2 * LOOK_MILLIS);

    private static final int LOOKS_UNTIL_SLEEP = 10;

    private final Thread thread;
    private final Executor substitutes;
    private volatile List<LendingEventLoop> loops = List.of();
    private volatile boolean sleeping = true;
    private volatile boolean closed;

    /** The watch's thread only. */
    private long lookedAt = System.nanoTime();

    private boolean late;

    LoopWatch(String name) {
        ThreadFactory threads = new DefaultThreadFactory(name, true);
        this.thread = threads.newThread(this);
        // Seldom needed, and then at once, whatever else is under way: no pool would do.
        this.substitutes = task -> threads.newThread(task).start();
    }

    /** Begins to watch these, rather than others before. */
    synchronized void watch(List<LendingEventLoop> watched) {
        loops = watched;
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** Called whenever a loop has lent its thread. */
    void wakeUp() {
        if (sleeping) {
            sleeping = false;
            LockSupport.unpark(thread);
        }
    }

    /** Makes every loop look at its tasks. */
    void wakeLoops() {
        loops.forEach(LendingEventLoop::wakeUp);
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        int quiet = 0;
        while (!closed) {
            if (quiet < LOOKS_UNTIL_SLEEP) {
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
                quiet = look() ? 0 : quiet + 1;
                continue;
            }
            sleeping = true;
            // Looks once more: who has lent before that does not wake it.
            while (sleeping && !closed && !look()) {
                LockSupport.park(this);
            }
            sleeping = false;
            quiet = 0;
        }
    }

    private boolean look() {
        long now = System.nanoTime();
        // Not twice in a row: on a machine that has too much to do it may always be so.
        late = !late && now - lookedAt > LATE_NANOS;
        lookedAt = now;
        boolean lending = false;
        for (LendingEventLoop loop : loops) {
            lending |= loop.look(substitutes, !late);
        }
        return lending;
    }
}
