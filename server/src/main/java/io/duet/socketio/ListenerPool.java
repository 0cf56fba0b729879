package io.duet.socketio;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which listeners may block: as many as there are processors while they do not, more when they do, up to a limit beyond which
 * sockets wait.
 *
 * <p>Busy is not blocked: threads that are added while others only have much to do cost switches and bring nothing. So threads are added only
 * when the queue has not moved for {@value #STALL_MILLIS} ms, not more than there are already: on a machine that is short of processors a
 * queue stands still too. Of the threads that have nothing to do then, half go each {@value #SHRINK_MILLIS} ms. They would not go by themselves,
 * since each gets its turn.
 *
 * <p>Who adds a task looks after the queue; a thread of its own does so besides, seldom, while something is queued and no thread is free, or there
 * are more threads than usual.
 */
final class ListenerPool extends ThreadPoolExecutor {
    private static final long IDLE_SECONDS = 30;
    private static final long STALL_MILLIS = 5;
    private static final long LOOK_MILLIS = 20;
    private static final long SHRINK_MILLIS = 1000;

    private final long stallNanos;
    private final int usualThreads;
    private final int maxThreads;
    private final ScheduledThreadPoolExecutor watch;
    private final AtomicBoolean watched = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();

    /** When a task was taken last, or came to an empty queue. */
    private volatile long movedNanos;

    ListenerPool(String name, int usualThreads, int maxThreads) {
        this(name, usualThreads, maxThreads, STALL_MILLIS);
    }

    /** A pool that takes the queue for standing still after a time of its own. */
    ListenerPool(String name, int usualThreads, int maxThreads, long stallMillis) {
        super(usualThreads, maxThreads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        this.stallNanos = TimeUnit.MILLISECONDS.toNanos(stallMillis);
        this.usualThreads = usualThreads;
        this.maxThreads = maxThreads;
        allowCoreThreadTimeOut(true);
        setThreadFactory(daemons(name));
        this.watch = new ScheduledThreadPoolExecutor(1, daemons(name + "-watch"), new DiscardPolicy());
        watch.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        watch.allowCoreThreadTimeOut(true);
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void execute(Runnable task) {
        if (getQueue().isEmpty()) {
            movedNanos = System.nanoTime();
        }
        super.execute(task);
        if (isShort()) {
            growIfStalled();
            lookSoon();
        }
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
        busy.incrementAndGet();
        movedNanos = System.nanoTime();
        if (isShort()) {
            // Whoever queued what is left may have seen this thread free.
            lookSoon();
        }
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable failure) {
        busy.decrementAndGet();
    }

    /** Whether something is queued for which no thread is free; one that is free is on its way to it. */
    private boolean isShort() {
        return !getQueue().isEmpty() && busy.get() >= getPoolSize();
    }

    @Override
    protected void terminated() {
        watch.shutdownNow();
    }

    private void growIfStalled() {
        if (System.nanoTime() - movedNanos > stallNanos) {
            grow();
        }
    }

    private synchronized void grow() {
        int threads = getPoolSize();
        int wanted = Math.min(maxThreads, threads + Math.min(threads, getQueue().size()));
        if (wanted > threads && !isShutdown()) {
            movedNanos = System.nanoTime();
            setMaximumPoolSize(maxThreads);
            // Starts them, since tasks wait; and then no thread for each further task.
            setCorePoolSize(wanted);
            setCorePoolSize(usualThreads);
        }
    }

    private synchronized void shrink() {
        int surplus = getPoolSize() - Math.max(usualThreads, getActiveCount());
        if (surplus > 0) {
            setMaximumPoolSize(getPoolSize() - (surplus + 1) / 2);
        }
    }

    private void lookSoon() {
        if (watched.compareAndSet(false, true)) {
            watch.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        watched.set(false);
        boolean waiting = !getQueue().isEmpty();
        if (waiting) {
            growIfStalled();
        }
        if (looks.incrementAndGet() % (SHRINK_MILLIS / LOOK_MILLIS) == 0) {
            shrink();
        }
        if (waiting || getPoolSize() > usualThreads) {
            lookSoon();
        }
    }
}
