package io.duet.engineio;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees to it that no event loop stands still because its thread is lent: looks at the loops while they lend, and sends a substitute to one whose guest
 * was there at the last look. A guest that is there is looked at again after {@value #LOOK_MILLIS} ms. When there is none it may be
 * {@value #CALM_LOOK_MILLIS}, unless one has overstayed in the last {@value #CALM_AFTER_SECONDS} s; and the watch sleeps when none has lent for
 * {@value #LOOKS_UNTIL_SLEEP} looks.
 *
 * <p>A look costs some microseconds, and a processor that sleeps is woken for it; a timer for each guest would cost what lending saves.
 */
final class LoopWatch implements Runnable {
    private static final long LOOK_MILLIS = 10;
    private static final long CALM_LOOK_MILLIS = 50;
    private static final long CALM_AFTER_SECONDS = 10;

    private static final int LOOKS_UNTIL_SLEEP = 10;

    /** What was found at a loop, least first. */
    enum Look {
        /** Not lent since the last look. */
        QUIET,
        /** Lent since the last look, and back. */
        WAS_LENT,
        /** A guest is here. */
        LENT,
        /** The guest that was here at the last look still is, and a substitute has been sent. */
        SUBSTITUTED
    }

    private final Thread thread;
    private final Executor substitutes;
    private volatile List<LendingEventLoop> loops = List.of();
    private volatile boolean sleeping = true;
    private volatile boolean closed;

    // The watch's thread only

    private long nextLookNanos;
    private long calmFrom = System.nanoTime();

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
                LockSupport.parkNanos(this, nextLookNanos);
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

    /** Whether a loop has lent its thread since the last look, or has lent it now. */
    private boolean look() {
        Look most = Look.QUIET;
        for (LendingEventLoop loop : loops) {
            Look found = loop.look(substitutes);
            most = found.compareTo(most) > 0 ? found : most;
        }
        long now = System.nanoTime();
        if (most == Look.SUBSTITUTED) {
            calmFrom = now + TimeUnit.SECONDS.toNanos(CALM_AFTER_SECONDS);
        }
        boolean soon = most == Look.LENT || now - calmFrom < 0;
        nextLookNanos = TimeUnit.MILLISECONDS.toNanos(soon ? LOOK_MILLIS : CALM_LOOK_MILLIS);
        return most != Look.QUIET;
    }
}
