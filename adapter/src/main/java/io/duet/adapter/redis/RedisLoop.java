package io.duet.adapter.redis;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.redisson.client.RedisClient;
import org.redisson.client.RedisClientConfig;

/**
 * The one thread on which a node's own connections to Redis live: what is read is handled where it was read, and what comes of it is written at
 * once. At a few hundred messages a second handing them from one thread to another costs more than handling them.
 *
 * <p>A server gives it an event loop that works hand in hand with those of its clients; an emitter has one of its own. Nothing on it may block.
 */
final class RedisLoop {
    private static final int TIMEOUT_MILLIS = 1000;
    private static final long QUIET_MILLIS = 20;
    private static final long LIMIT_MILLIS = 1000;

    private final EventLoop loop;
    private final boolean isOwn;
    private final Class<? extends DuplexChannel> channel;

    private RedisLoop(EventLoop loop, boolean isOwn, boolean epoll) {
        this.loop = loop;
        this.isOwn = isOwn;
        this.channel = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** One with a thread of its own. */
    static RedisLoop own() {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        DefaultThreadFactory thread = new DefaultThreadFactory("duet-redis-io", true);
        return new RedisLoop(new MultiThreadIoEventLoopGroup(1, thread, io).next(), true, epoll);
    }

    /** On a loop of somebody else's, if that is one of Netty's that can take connections. */
    static RedisLoop on(ScheduledExecutorService shared) {
        if (shared instanceof IoEventLoop io) {
            boolean epoll = io.isIoType(EpollIoHandler.class);
            if (epoll || io.isIoType(NioIoHandler.class)) {
                return new RedisLoop(io, false, epoll);
            }
        }
        return own();
    }

    ScheduledExecutorService executor() {
        return loop;
    }

    /**
     * A client for connections that belong to nobody else, and are read here.
     *
     * @param master where to, and the settings
     * @param disconnected called for each connection that ends
     */
    RedisClient client(RedisClient master, Runnable disconnected) {
        RedisClientConfig settings = copy(master.getConfig());
        if (!settings.getAddress().isUDS()) {
            readHere(settings, master);
        }
        return RedisClient.create(settings.setExecutor(new SameThread())
                .setKeepPubSubOrder(false)
                .setPingConnectionInterval(0)
                .setConnectTimeout(TIMEOUT_MILLIS)
                .setCommandTimeout(TIMEOUT_MILLIS)
                .setConnectedListener(address -> {})
                .setDisconnectedListener(address -> disconnected.run()));
    }

    /** A client takes a copy of its settings; there is no other way to one. Without a connection it holds nothing. */
    private static RedisClientConfig copy(RedisClientConfig settings) {
        return RedisClient.create(settings).getConfig();
    }

    /** Not those to a Unix socket, which need another kind of channel: they stay where Redisson has its own. */
    private void readHere(RedisClientConfig settings, RedisClient master) {
        // It is resolved, and must be: Redisson's resolver is for its own kind of event loop.
        settings.setAddress(master.getAddr(), settings.getAddress())
                .setResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .setSocketChannelClass(channel)
                .setGroup(loop);
    }

    void close() {
        if (isOwn) {
            loop.parent().shutdownGracefully(QUIET_MILLIS, LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** What Netty has read is handled where it was read. */
    private static final class SameThread extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {
            // It has no thread, and lives as long as its client.
        }

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
