package io.duet.engineio;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The own thread of an event loop, which knows it. */
final class LoopThread extends FastThreadLocalThread {
    private @Nullable LendingEventLoop loop;

    private LoopThread(Runnable task, String name) {
        super(task, name);
        // A server keeps its program alive until it is closed, also if it was started by a thread that would not.
        setDaemon(false);
    }

    static ThreadFactory factory(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> new LoopThread(task, name + "-" + number.incrementAndGet());
    }

    /** Said by a loop that begins to run on the calling thread. */
    static void run(LendingEventLoop loop) {
        if (Thread.currentThread() instanceof LoopThread thread) {
            thread.loop = loop;
        }
    }

    /** The loop whose own thread this is, whoever runs it; {@code null} on other threads. */
    static @Nullable LendingEventLoop loopOfCurrent() {
        return Thread.currentThread() instanceof LoopThread thread ? thread.loop : null;
    }
}
