package io.duet.socketio;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what one socket's listeners do: one task at a time, in the order in which the tasks were given. A task given by a task that is running
 * here runs at once, within it, as calls do in Node.
 */
abstract class SerialExecutor implements Executor {
    private static final Logger log = LoggerFactory.getLogger(SerialExecutor.class);

    /**
     * On the event loop of the socket's session.
     *
     * @param isInLoop whether the caller runs there
     */
    static SerialExecutor onEventLoop(Executor loop, BooleanSupplier isInLoop) {
        return new OnEventLoop(loop, isInLoop);
    }

    /** On whichever thread of a pool is free. */
    static SerialExecutor pooled(Executor pool) {
        return new Pooled(pool);
    }

    /** Behind whatever runs or waits now, also when called by a task of this executor. */
    abstract void executeLater(Runnable task);

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            // Listeners are guarded one by one: this is a fault of ours.
            log.error("task of a socket failed", e);
        }
    }

    private static final class OnEventLoop extends SerialExecutor {
        private final Executor loop;
        private final BooleanSupplier isInLoop;

        OnEventLoop(Executor loop, BooleanSupplier isInLoop) {
            this.loop = loop;
            this.isInLoop = isInLoop;
        }

        @Override
        public void execute(Runnable task) {
            if (isInLoop.getAsBoolean()) {
                SerialExecutor.run(task);
            } else {
                executeLater(task);
            }
        }

        @Override
        void executeLater(Runnable task) {
            loop.execute(() -> SerialExecutor.run(task));
        }
    }

    private static final class Pooled extends SerialExecutor implements Runnable {
        /** After so long the thread is left to other sockets: less than an event loop takes for the time of a listener that blocks. */
        private static final long TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

        private final Executor pool;
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final AtomicInteger pending = new AtomicInteger();

        /** Plain: a thread only asks whether it is itself, and no other thread writes that. */
        private @Nullable Thread runner;

        Pooled(Executor pool) {
            this.pool = pool;
        }

        @Override
        public void execute(Runnable task) {
            if (runner == Thread.currentThread()) {
                SerialExecutor.run(task);
            } else {
                executeLater(task);
            }
        }

        @Override
        void executeLater(Runnable task) {
            tasks.add(task);
            if (pending.getAndIncrement() == 0) {
                pool.execute(this);
            }
        }

        @Override
        public void run() {
            long end = System.nanoTime() + TURN_NANOS;
            do {
                runner = Thread.currentThread();
                SerialExecutor.run(tasks.remove());
                runner = null;
                if (pending.decrementAndGet() == 0) {
                    return;
                }
            } while (System.nanoTime() - end < 0 || !leaves());
        }

        private boolean leaves() {
            try {
                pool.execute(this);
                return true;
            } catch (RejectedExecutionException e) {
                // The pool is closing: the rest is done here.
                return false;
            }
        }
    }
}
