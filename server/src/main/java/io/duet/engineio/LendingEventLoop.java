package io.duet.engineio;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop that is not bound to its thread. To wake a thread costs more than most messages do, so a message should wake one: the thread that
 * reads it also runs the listener, and writes to whom the listener sends, whichever loops they belong to.
 *
 * <p>Whoever runs the loop is its {@code driver}: one thread at a time, and what belongs to the loop changes hands with that field.
 *
 * <ul>
 *   <li><b>Its own thread</b>, as with any event loop.
 *   <li><b>Nobody, while the thread is lent</b> to a guest: code that may block, such as a listener. Guests run between two turns, one at a time.
 *       {@link #inEventLoop} is false on every thread then; what a guest sends waits in the loop's queue, as if another thread had sent it.
 *   <li><b>A substitute</b>, if a guest does not return in time: sent by the {@link LoopWatch}, it runs the loop until the loop's own thread is back.
 *       That is a stall of some milliseconds, so a loop with guests that take long has none for a while ({@link GuestBudget}): they go to the workers.
 *   <li><b>A helper, while the thread sleeps</b> until something can be read: the thread of another loop that has tasks for this one runs them rather
 *       than waking it, if they are few and it has time.
 * </ul>
 */
final class LendingEventLoop extends SingleThreadIoEventLoop {
    private static final Logger log = LoggerFactory.getLogger(LendingEventLoop.class);

    private static final AtomicReferenceFieldUpdater<LendingEventLoop, @Nullable Thread> DRIVER =
            AtomicReferenceFieldUpdater.newUpdater(LendingEventLoop.class, Thread.class, "driver");

    /** The driver of a loop whose thread waits for the network: whoever puts itself in its place may run tasks. Never runs. */
    private static final Thread SLEEP = new Thread("asleep");

    /** What guests may take in a row before what they have sent leaves. */
    private static final long GUESTS_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** The same while the loop is awake for most of its time: more of what they send to one session leaves in one write. */
    private static final long GUESTS_OF_BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How long nothing is read while guests wait: they may bring others without end. */
    private static final long UNREAD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** What a guest may take before a substitute is sent, from the first look that finds it: less than the time between two looks. */
    private static final long STAY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** What a helper does before it wakes the loop after all. */
    private static final long HELP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** As Netty's: tasks in a row before it is the network's turn. */
    private static final long TASKS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LoopWatch watch;
    private final Executor workers;
    private final LongSupplier stolenNanos;
    private final Wait wait = new Wait();

    /** Its own thread; stays the same once the loop runs. */
    private volatile @Nullable Thread home;

    /** Who runs it; {@code null} while it is lent, or was never run. Changed by {@link #DRIVER}. */
    private volatile @Nullable Thread driver;

    /** How often it was lent: tells one guest from the next. A copy of {@link #lent} for the watch. */
    private volatile int lendings;

    /** A substitute is on its way, or here. */
    private volatile boolean substituted;

    /** Its own thread is back, and waits for whoever runs it to leave. */
    private volatile boolean returned;

    /** What guests bring: the loop's once they have returned, but a substitute must not wait for that, as a guest may wait for one of these. */
    private final Queue<Runnable> guestsOfGuests = new ConcurrentLinkedQueue<>();

    // The driver's

    private final Queue<Runnable> guests = new ArrayDeque<>();
    private final GuestBudget budget;
    private final LoopReads reads = new LoopReads();
    private boolean onBreak;
    private long readAt;
    private int lent;

    // Its own thread's

    /** Loops with tasks from here that have not been told. */
    private final ArrayDeque<LendingEventLoop> untold = new ArrayDeque<>(2);

    private final LoopLoad load = new LoopLoad();

    // The watch's

    private int lendingsSeen;

    /** When the guest that is here was seen first, by a clock that stands still while its thread does. */
    private long guestSeenAt;

    /**
     * @param workers where guests run while the loop has none
     * @param stolenNanos for how long the loop's own thread has stood still without a guest's fault; for any thread
     */
    LendingEventLoop(
            IoEventLoopGroup parent,
            Executor thread,
            IoHandlerFactory io,
            LoopWatch watch,
            Executor workers,
            LongSupplier stolenNanos) {
        super(parent, thread, io);
        this.watch = watch;
        this.workers = workers;
        this.stolenNanos = stolenNanos;
        this.budget = new GuestBudget(stolenNanos);
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return thread == driver;
    }

    @Override
    public void execute(Runnable task) {
        LendingEventLoop here = LoopThread.loopOfCurrent();
        if (here == null || here == this || inEventLoop()) {
            super.execute(task);
        } else {
            lazyExecute(task);
            // Behind the task: a substitute looks at all loops when it comes, and at none later.
            if (!here.tellsLater(this)) {
                wakeUp();
            }
        }
    }

    /**
     * Runs a task that may block: on the loop's thread if that is where this is called and it has guests now, otherwise on a worker. A guest may
     * overtake another: who needs an order must not bring the next before the last is done.
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
            guestsOfGuests.add(guest);
            if (driver != null) {
                // There is a substitute, which may have looked before.
                handOver(guestsOfGuests);
            }
        } else {
            workers.execute(guest);
        }
    }

    @Override
    protected void run() {
        Thread self = Thread.currentThread();
        // In this order: with a home and no driver it would be taken for lent.
        driver = self;
        home = self;
        LoopThread.run(this);
        try {
            super.run();
        } finally {
            // What is still to come finds no further turn.
            onBreak = true;
            handOverGuests();
            tellOthers();
        }
    }

    /**
     * Nothing is read while guests of an earlier turn wait, for a while: what a server that falls behind has not handled stays with the network, which
     * slows the senders down, and is then read and answered in larger pieces.
     */
    @Override
    protected int runIo() {
        boolean reads = guests.isEmpty() || System.nanoTime() - readAt > UNREAD_NANOS;
        int handled = reads ? readAndWrite() : 0;
        if (!guests.isEmpty()) {
            long now = System.nanoTime();
            readAt = reads ? now : readAt;
            runGuests(now);
        }
        tellOthers();
        return handled;
    }

    private int readAndWrite() {
        reads.beginTurn();
        try {
            return ioHandler().run(wait);
        } finally {
            wait.end();
        }
    }

    @Override
    protected void afterRunningAllTasks() {
        super.afterRunningAllTasks();
        tellOthers();
    }

    /** What keeps a turn from waiting: guests that are left from the last, and its own thread, to which a substitute is to give way. */
    @Override
    protected boolean hasTasks() {
        return super.hasTasks() || !guests.isEmpty() || returned;
    }

    /** For connections of this loop. */
    RecvByteBufAllocator reads() {
        return reads;
    }

    // Guests

    private void runGuests(long begin) {
        long end = begin + (load.isLight(begin) ? GUESTS_NANOS : GUESTS_OF_BUSY_NANOS);
        long now = begin;
        for (Runnable guest = guests.poll(); guest != null; guest = guests.poll()) {
            long before = now;
            boolean inTime = runLent(guest);
            now = System.nanoTime();
            if (!inTime || budget.isExceeded(now - before, now)) {
                takeBreak(now);
                return;
            }
            if (now - end > 0) {
                return;
            }
        }
    }

    /** False if it took so long that a substitute had to run the loop. */
    private boolean runLent(Runnable guest) {
        lendings = ++lent;
        driver = null;
        watch.wakeUp();
        try {
            guest.run();
        } catch (Throwable e) {
            // Also what is thrown without being declared: it must not get to the loop.
            log.error("task of a session failed", e);
        }
        // Left behind by the guest, it would end the loop's next wait, and with NIO every wait.
        Thread.interrupted();
        if (!DRIVER.compareAndSet(this, null, home)) {
            awaitReturn(null);
        }
        for (Runnable next = guestsOfGuests.poll(); next != null; next = guestsOfGuests.poll()) {
            guests.add(next);
        }
        // A substitute has ended it for all guests.
        return !onBreak;
    }

    private void takeBreak(long now) {
        long millis = budget.beginBreak(now);
        log.debug("listeners take long: on workers for {} ms", millis);
        onBreak = true;
        schedule(this::endBreak, millis, TimeUnit.MILLISECONDS);
        handOverGuests();
    }

    private void endBreak() {
        onBreak = false;
        budget.endBreak(System.nanoTime());
    }

    private void handOverGuests() {
        handOver(guests);
        handOver(guestsOfGuests);
    }

    private void handOver(Queue<Runnable> waiting) {
        for (Runnable guest = waiting.poll(); guest != null; guest = waiting.poll()) {
            try {
                workers.execute(guest);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                log.error("no worker for the task of a session", e);
            }
        }
    }

    /** Blocks its own thread until nobody else drives. */
    private void awaitReturn(@Nullable Thread free) {
        returned = true;
        wakeUp();
        while (driver != home && !DRIVER.compareAndSet(this, free, home)) {
            LockSupport.park(this);
            Thread.interrupted();
        }
        returned = false;
    }

    // Substitutes

    /** The watch's thread only. A guest that has had no processor since the last look is not overstaying: nor would a substitute have one. */
    LoopWatch.Look look(Executor substitutes) {
        int count = lendings;
        boolean isLent = driver == null && home != null;
        boolean moved = count != lendingsSeen;
        lendingsSeen = count;
        if (!isLent) {
            return moved ? LoopWatch.Look.WAS_LENT : LoopWatch.Look.QUIET;
        }
        long now = System.nanoTime() - stolenNanos.getAsLong();
        if (moved) {
            guestSeenAt = now;
        }
        if (now - guestSeenAt < STAY_NANOS || substituted) {
            return LoopWatch.Look.LENT;
        }
        substituted = true;
        try {
            substitutes.execute(() -> substitute(count));
            return LoopWatch.Look.SUBSTITUTED;
        } catch (OutOfMemoryError e) {
            substituted = false;
            log.error("no thread for an event loop whose own is with a listener", e);
            return LoopWatch.Look.LENT;
        }
    }

    private void substitute(int lending) {
        try {
            if (lending == lendings && DRIVER.compareAndSet(this, null, Thread.currentThread())) {
                runTurns();
            }
        } finally {
            substituted = false;
        }
    }

    private void runTurns() {
        try {
            onBreak = true;
            handOverGuests();
            // Those that were to be told when the guest has returned.
            watch.wakeLoops();
            while (!returned) {
                runIo();
                if (isShuttingDown()) {
                    // The rest of its end is for its own thread, when that is back.
                    ioHandler().prepareToDestroy();
                }
                runAllTasks(TASKS_NANOS);
            }
        } finally {
            // Nobody's, should a turn have failed before its own thread was back.
            driver = returned ? home : null;
            LockSupport.unpark(home);
        }
    }

    // Helpers

    /**
     * Whether its own thread, which is the caller, will look after a task that it has given to another loop: not if it has no time, nor if it is the
     * guest's that overstays, since nobody knows when that returns.
     */
    private boolean tellsLater(LendingEventLoop other) {
        if (!load.isLight(System.nanoTime())) {
            return false;
        }
        if (untold.peekLast() != other) {
            untold.add(other);
        }
        Thread now = driver;
        return now == null || now == home;
    }

    private void tellOthers() {
        if (untold.isEmpty() || Thread.currentThread() != home) {
            return;
        }
        long end = System.nanoTime() + HELP_NANOS;
        for (LendingEventLoop other = untold.poll(); other != null; other = untold.poll()) {
            if (!other.help(end)) {
                other.wakeUp();
            }
        }
    }

    void wakeUp() {
        wakeup(false);
    }

    /** Runs what waits for a loop that sleeps. False if there is more to do than that, or it is awake: it must be woken, which then is harmless. */
    private boolean help(long end) {
        if (returned || System.nanoTime() - end > 0 || !DRIVER.compareAndSet(this, SLEEP, Thread.currentThread())) {
            return false;
        }
        long timer = nextScheduledTaskDeadlineNanos();
        boolean done;
        try {
            for (Runnable task = pollTask(); task != null; task = pollTask()) {
                safeExecute(task);
                if (System.nanoTime() - end > 0) {
                    break;
                }
            }
        } finally {
            // It sleeps until the timer that was first when it fell asleep.
            done = !hasTasks() && nextScheduledTaskDeadlineNanos() == timer;
            driver = SLEEP;
            if (returned) {
                LockSupport.unpark(home);
            }
        }
        return done;
    }

    /**
     * What Netty asks the loop while it looks at the network. Epoll asks for the deadline, whether it may wait, waits, and asks for the meter, in this
     * order: while it waits it touches nothing that a helper does. NIO asks otherwise, and gets no help.
     */
    private final class Wait implements IoHandlerContext {
        private boolean asleep;
        private boolean isDeadlineKnown;
        private long deadlineNanos;

        @Override
        public boolean canBlock() {
            boolean can = !hasTasks() && !hasScheduledTasks();
            if (can && isDeadlineKnown && driver == home) {
                load.asleep(System.nanoTime());
                asleep = true;
                driver = SLEEP;
            }
            return can;
        }

        @Override
        public long delayNanos(long now) {
            return asleep
                    ? Math.max(0, deadlineNanos - (now - ticker().initialNanoTime()))
                    : LendingEventLoop.this.delayNanos(now);
        }

        @Override
        public long deadlineNanos() {
            deadlineNanos = LendingEventLoop.this.deadlineNanos();
            isDeadlineKnown = true;
            return deadlineNanos;
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            end();
            return false;
        }

        /** Also behind what ended with an exception. */
        void end() {
            isDeadlineKnown = false;
            if (asleep) {
                asleep = false;
                if (!DRIVER.compareAndSet(LendingEventLoop.this, SLEEP, home)) {
                    awaitReturn(SLEEP);
                }
                load.awake(System.nanoTime());
            }
        }
    }
}
