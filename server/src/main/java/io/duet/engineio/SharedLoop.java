package io.duet.engineio;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one event loop of a node with one processor that is connected to others: its clients and its cluster are on it. What comes from the one
 * and goes to the other then wakes no second thread, which on such a machine costs more than the work.
 *
 * <p>Made when somebody asks for it. Safe for any thread.
 */
final class SharedLoop {
    private static final long LIMIT_SECONDS = 1;

    private final boolean isWanted = Runtime.getRuntime().availableProcessors() == 1;
    private @Nullable EventLoop loop;

    /** Nothing if there are several processors: they are better used by several threads. */
    synchronized Optional<EventLoop> get() {
        if (isWanted && loop == null) {
            IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
            loop = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("duet-io", true), io).next();
        }
        return Optional.ofNullable(loop);
    }

    /** Nothing if nobody has asked for it. */
    synchronized Optional<EventLoop> ifMade() {
        return Optional.ofNullable(loop);
    }

    /** Drops what is still connected; blocks until that is done. */
    void close() {
        ifMade().ifPresent(made -> made.parent()
                .shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly());
    }
}
