package io.duet.engineio;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop that lends its thread to code that may block, so that a message and what a listener makes of it cost no hand-over between
 * threads.
 *
 * <p>Guests run between two turns of the loop, one at a time, on the loop's own thread. Meanwhile the loop is nobody's: {@link #inEventLoop} is
 * false on every thread, and what a guest sends waits in the loop's queue, as if another thread had sent it, but wakes nobody. A guest that
 * does not return in time loses its host: the {@link LoopWatch} sends a substitute, a thread that runs the loop until its own thread is back.
 * Whoever runs the loop is its {@code driver}; what belongs to the loop changes hands with that field.
 *
 * <p>A substitute costs a stall of some milliseconds. So a loop with guests that take long stops lending for a while: they go to the workers,
 * as do all that come from other threads. How long a guest takes is measured, not asked: a short one that happens to be interrupted counts too.
 */
final class LendingEventLoop extends SingleThreadIoEventLoop {
    private static final Logger log = LoggerFactory.getLogger(LendingEventLoop.class);

    private static final AtomicReferenceFieldUpdater<LendingEventLoop, @Nullable Thread> DRIVER =
            AtomicReferenceFieldUpdater.newUpdater(LendingEventLoop.class, Thread.class, "driver");

    /** What guests may take in a row before it is the network's turn. */
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** From this on a guest is a long one. */
    private static final long LONG_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** How much of {@link #WINDOW_NANOS} long guests may take. */
    private static final long LONG_BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The first break; the next is twice as long if it is due before as much time has passed. */
    private static final long MIN_BREAK_MILLIS = 1_000;

    private static final long MAX_BREAK_MILLIS = 32_000;

    /** As Netty's: tasks in a row before it is the network's turn. */
    private static final long MAX_TASKS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LoopWatch watch;
    private final Executor workers;
    private final long minBreakMillis;

    /** Its own thread; stays the same once the loop runs. */
    private volatile @Nullable Thread home;

    /** Who runs it; {@code null} while it is lent. Changed by {@link #DRIVER}. */
    private volatile @Nullable Thread driver;

    /** How often it was lent: tells one guest from the next. A copy of {@link #lent} for the watch. */
    private volatile int lendings;

    /** Its own thread is back while a substitute runs it. */
    private volatile boolean returned;

    /** A substitute is on its way, or here. */
    private volatile boolean substituted;

    // The driver's

    private final Queue<Runnable> guests = new ArrayDeque<>();
    private int lent;
    private boolean onBreak;
    private long windowStartNanos;
    private long longNanos;
    private long breakMillis;
    private long breakEndNanos;

    // The watch's

    private int lendingsSeen;

    /** @param workers where guests run otherwise */
    LendingEventLoop(IoEventLoopGroup parent, Executor thread, IoHandlerFactory io, LoopWatch watch, Executor workers) {
        this(parent, thread, io, watch, workers, MIN_BREAK_MILLIS);
    }

    /** A loop whose breaks are of another length. */
    LendingEventLoop(
            IoEventLoopGroup parent,
            Executor thread,
            IoHandlerFactory io,
            LoopWatch watch,
            Executor workers,
            long minBreakMillis) {
        super(parent, thread, io);
        this.watch = watch;
        this.workers = workers;
        this.minBreakMillis = minBreakMillis;
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return thread == driver;
    }

    /**
     * Runs a task that may block: on the loop's thread if that is where this is called and the loop is lending, otherwise on a worker. In order
     * only with itself: a task that is given while another runs may overtake it.
     */
    void lend(Runnable guest) {
        Thread caller = Thread.currentThread();
        if (caller == driver) {
            if (onBreak) {
                workers.execute(guest);
            } else {
                guests.add(guest);
            }
        } else if (caller == home) {
            // From a guest: the queue is not its to touch.
            execute(() -> lend(guest));
        } else {
            workers.execute(guest);
        }
    }

    @Override
    protected void run() {
        home = Thread.currentThread();
        driver = home;
        try {
            super.run();
        } finally {
            // What is still to come finds no further turn.
            onBreak = true;
            handOverGuests();
        }
    }

    @Override
    protected int runIo() {
        int handled = super.runIo();
        if (!guests.isEmpty()) {
            runGuests();
        }
        return handled;
    }

    /** Guests left from this turn keep the next from waiting. */
    @Override
    protected boolean hasTasks() {
        return super.hasTasks() || !guests.isEmpty();
    }

    /** It is not: its thread changes in another way. Says besides that nobody asks for the time that goes to the network. */
    @Override
    protected boolean isSuspensionSupported() {
        return false;
    }

    private void runGuests() {
        long begin = System.nanoTime();
        long now = begin;
        for (Runnable guest = guests.poll(); guest != null; guest = guests.poll()) {
            long before = now;
            boolean inTime = runLent(guest);
            now = System.nanoTime();
            if (!inTime || exceedsBudget(now - before, now)) {
                takeBreak(now);
                return;
            }
            if (now - begin > TURN_NANOS) {
                return;
            }
        }
    }

    /** False if it took so long that a substitute had to run the loop. */
    private boolean runLent(Runnable guest) {
        Thread self = Thread.currentThread();
        lendings = ++lent;
        driver = null;
        watch.wakeUp();
        try {
            guest.run();
        } catch (RuntimeException | Error e) {
            // Guests look after their own faults: this is one of ours.
            log.error("task of a session failed", e);
        }
        // Left behind by the guest, it would end the loop's next wait, and with NIO every wait.
        Thread.interrupted();
        if (DRIVER.compareAndSet(this, null, self)) {
            return true;
        }
        returned = true;
        // Wakes the substitute, which looks behind each turn.
        execute(LendingEventLoop::nothing);
        while (driver != self && !DRIVER.compareAndSet(this, null, self)) {
            LockSupport.park(this);
            Thread.interrupted();
        }
        returned = false;
        return false;
    }

    private static void nothing() {}

    private boolean exceedsBudget(long nanos, long now) {
        if (nanos < LONG_NANOS) {
            return false;
        }
        if (now - windowStartNanos > WINDOW_NANOS) {
            windowStartNanos = now;
            longNanos = 0;
        }
        longNanos += nanos;
        return longNanos > LONG_BUDGET_NANOS;
    }

    private void takeBreak(long now) {
        boolean soonAgain = now - breakEndNanos < TimeUnit.MILLISECONDS.toNanos(breakMillis);
        breakMillis = soonAgain ? Math.min(2 * breakMillis, MAX_BREAK_MILLIS) : minBreakMillis;
        log.debug("listeners take long: on workers for {} ms", breakMillis);
        onBreak = true;
        handOverGuests();
        schedule(this::endBreak, breakMillis, TimeUnit.MILLISECONDS);
    }

    private void endBreak() {
        onBreak = false;
        longNanos = 0;
        breakEndNanos = System.nanoTime();
    }

    private void handOverGuests() {
        for (Runnable guest = guests.poll(); guest != null; guest = guests.poll()) {
            workers.execute(guest);
        }
    }

    // The watch

    /** Whether it was lent since the last look, or is; a guest that was here then is overstaying. The watch's thread only. */
    boolean look(Executor substitutes) {
        int count = lendings;
        boolean isLent = driver == null && home != null;
        boolean moved = count != lendingsSeen;
        lendingsSeen = count;
        if (isLent && !moved && !substituted) {
            substituted = true;
            try {
                substitutes.execute(() -> substitute(count));
            } catch (OutOfMemoryError e) {
                substituted = false;
                log.error("no thread for an event loop whose own is with a listener", e);
            }
        }
        return isLent || moved;
    }

    private void substitute(int lending) {
        Thread self = Thread.currentThread();
        try {
            if (lending != lendings || !DRIVER.compareAndSet(this, null, self)) {
                return;
            }
            onBreak = true;
            handOverGuests();
            try {
                while (!returned) {
                    runTurn();
                }
            } finally {
                // Nobody's, should a turn have failed before its own thread was back.
                driver = returned ? home : null;
                LockSupport.unpark(home);
            }
        } finally {
            substituted = false;
        }
    }

    private void runTurn() {
        runIo();
        if (isShuttingDown()) {
            // The rest of its end is for its own thread, when that is back.
            ioHandler().prepareToDestroy();
        }
        runAllTasks(MAX_TASKS_NANOS);
    }
}
