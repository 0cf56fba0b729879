package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which listeners may block: few while they do not, more when all are busy, up to a limit beyond which sockets wait.
 *
 * <p>The pools of the JDK grow only once their queue is full. This queue says that it is full while every thread has something to do and the
 * limit is not reached, and takes the task when the pool then still refuses.
 */
final class ListenerPool extends ThreadPoolExecutor {
    private static final long IDLE_SECONDS = 30;

    private final AtomicInteger unfinished = new AtomicInteger();

    ListenerPool(String name, int coreThreads, int maxThreads) {
        super(coreThreads, maxThreads, IDLE_SECONDS, TimeUnit.SECONDS, new GrowingQueue());
        ((GrowingQueue) getQueue()).pool = this;
        AtomicInteger number = new AtomicInteger();
        setThreadFactory(task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void execute(Runnable task) {
        unfinished.incrementAndGet();
        try {
            super.execute(task);
        } catch (RejectedExecutionException e) {
            if (isShutdown() || !((GrowingQueue) getQueue()).add(task)) {
                unfinished.decrementAndGet();
                throw e;
            }
        }
    }

    @Override
    protected void afterExecute(Runnable task, Throwable failure) {
        unfinished.decrementAndGet();
    }

    private static final class GrowingQueue extends LinkedBlockingQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        private transient @Nullable ListenerPool pool;

        @Override
        public boolean offer(Runnable task) {
            ListenerPool owner = requireNonNull(pool, "pool");
            boolean idleThread = owner.unfinished.get() <= owner.getPoolSize();
            return (idleThread || owner.getPoolSize() >= owner.getMaximumPoolSize()) && super.offer(task);
        }

        @Override
        public boolean add(Runnable task) {
            return super.offer(task);
        }
    }
}
