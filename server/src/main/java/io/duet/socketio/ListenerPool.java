package io.duet.socketio;

import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which listeners may block: as many as there are processors while they do not, more when they do, up to a limit beyond which
 * sockets wait.
 *
 * <p>Busy is not blocked: threads that are added while others only have much to do cost switches and bring nothing. So a thread is added only
 * when the queue has not moved for {@value #STALL_MILLIS} ms, which is looked after while something is queued. Threads that have nothing to do
 * for a while end.
 */
final class ListenerPool extends ThreadPoolExecutor {
    private static final long IDLE_SECONDS = 30;
    private static final long STALL_MILLIS = 5;

    private final long stallMillis;
    private final int usualThreads;
    private final int maxThreads;
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile long started;

    ListenerPool(String name, int usualThreads, int maxThreads) {
        this(name, usualThreads, maxThreads, STALL_MILLIS);
    }

    /** A pool that takes the queue for standing still after a time of its own. */
    ListenerPool(String name, int usualThreads, int maxThreads, long stallMillis) {
        super(usualThreads, maxThreads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        this.stallMillis = stallMillis;
        this.usualThreads = usualThreads;
        this.maxThreads = maxThreads;
        allowCoreThreadTimeOut(true);
        AtomicInteger number = new AtomicInteger();
        setThreadFactory(task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void execute(Runnable task) {
        super.execute(task);
        if (!getQueue().isEmpty() && watched.compareAndSet(false, true)) {
            watch(started);
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // A lost step is no harm: it only has to move while tasks are started.
    protected void beforeExecute(Thread thread, Runnable task) {
        started++;
    }

    private void watch(long startedBefore) {
        GlobalEventExecutor.INSTANCE.schedule(() -> look(startedBefore), stallMillis, TimeUnit.MILLISECONDS);
    }

    private void look(long startedBefore) {
        if (getQueue().isEmpty()) {
            setCorePoolSize(usualThreads);
            watched.set(false);
            if (!getQueue().isEmpty() && watched.compareAndSet(false, true)) {
                watch(started);
            }
            return;
        }
        if (started == startedBefore && !isShutdown()) {
            // Every thread is blocked: one for each task that waits, started at once.
            setCorePoolSize(Math.min(maxThreads, getPoolSize() + getQueue().size()));
        }
        if (!isTerminated()) {
            watch(started);
        }
    }
}
