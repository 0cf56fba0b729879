package io.duet.engineio;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of a server's clients, one for each processor: since none is ever blocked, more would only cost switches.
 *
 * <p>If there is one processor the loop can be asked for, for connections to a cluster: what comes from the one and goes to the other then wakes no
 * second thread, which on such a machine costs more than the work. Several processors are better used by several threads.
 *
 * <p>Made when somebody asks for them. Safe for any thread.
 */
final class EventLoops {
    private static final long LIMIT_SECONDS = 1;

    private final int count = Runtime.getRuntime().availableProcessors();
    private final Executor workers;
    private @Nullable Group made;

    /** @param workers where what may block runs when a loop does not lend its thread */
    EventLoops(Executor workers) {
        this.workers = workers;
    }

    synchronized EventLoopGroup get() {
        if (made == null) {
            made = Group.start(count, workers);
        }
        return made;
    }

    /** Nothing if there are several. */
    Optional<EventLoop> single() {
        return count == 1 ? Optional.of(get().next()) : Optional.empty();
    }

    /**
     * Drops what is still connected; blocks until that is done, but not for a listener that does not return: the loop that it keeps ends when it
     * does.
     */
    synchronized void close() {
        if (made != null) {
            made.shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(2 * LIMIT_SECONDS, TimeUnit.SECONDS);
            made.watch.close();
        }
    }

    private static final class Group extends MultiThreadIoEventLoopGroup {
        private final LoopWatch watch;

        private Group(int count, ThreadFactory threads, IoHandlerFactory io, LoopWatch watch, Executor workers) {
            super(count, threads, io, watch, workers);
            this.watch = watch;
        }

        static Group start(int count, Executor workers) {
            IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
            LoopWatch watch = new LoopWatch("duet-io-watch");
            Group group = new Group(count, new DefaultThreadFactory("duet-io", true), io, watch, workers);
            List<LendingEventLoop> loops = new ArrayList<>(count);
            for (EventExecutor loop : group) {
                loops.add((LendingEventLoop) loop);
            }
            watch.start(loops);
            return group;
        }

        /** Called by the constructor above: nothing of this class is there yet. */
        @Override
        protected IoEventLoop newChild(Executor thread, IoHandlerFactory io, Object... of) {
            return new LendingEventLoop(this, thread, io, (LoopWatch) of[0], (Executor) of[1]);
        }
    }
}
