package io.duet.engineio;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of a server: one for the clients for each processor, since none is ever blocked and more would only cost switches; and one for the
 * connections to a cluster. With one processor they are the same.
 *
 * <p>Made when somebody asks for them. Safe for any thread.
 */
final class EventLoops {
    private static final long LIMIT_SECONDS = 1;

    private final LoopWatch watch = new LoopWatch("duet-watch");
    private final List<LendingEventLoop> loops = new ArrayList<>();
    private final Executor workers;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private @Nullable Group ofClients;
    private @Nullable Group ofCluster;

    /** @param workers where what may block runs when a loop does not lend its thread */
    EventLoops(Executor workers) {
        this.workers = workers;
    }

    synchronized EventLoopGroup ofClients() {
        if (ofClients == null) {
            ofClients = start("duet-io", processors);
        }
        return ofClients;
    }

    synchronized EventLoop ofCluster() {
        if (processors == 1) {
            return ofClients().next();
        }
        if (ofCluster == null) {
            ofCluster = start("duet-cluster-io", 1);
        }
        return ofCluster.next();
    }

    /**
     * Drops what is still connected; blocks until that is done, but not for a listener that does not return: the loop that it keeps ends when it
     * does.
     */
    synchronized void close() {
        close(ofCluster);
        close(ofClients);
        watch.close();
    }

    private Group start(String name, int count) {
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Group group = new Group(name, count, io, watch, workers);
        for (EventExecutor loop : group) {
            loops.add((LendingEventLoop) loop);
        }
        watch.watch(List.copyOf(loops));
        return group;
    }

    private static void close(@Nullable Group group) {
        if (group != null) {
            group.shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(2 * LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static final class Group extends MultiThreadIoEventLoopGroup {
        Group(String name, int count, IoHandlerFactory io, LoopWatch watch, Executor workers) {
            super(count, LoopThread.factory(name), io, watch, workers);
        }

        /** Called by the constructor above: nothing of this class is there yet. */
        @Override
        protected IoEventLoop newChild(Executor thread, IoHandlerFactory io, Object... of) {
            StolenTime stolen = new StolenTime();
            Executor followed = loop -> thread.execute(stolen.follows(loop));
            return new LendingEventLoop(this, followed, io, (LoopWatch) of[0], (Executor) of[1], stolen);
        }
    }
}
