package io.duet.netty;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What netty-socketio's server does not tell: the port it got, its threads. Learnt from the bootstrap before it binds. */
final class ListeningChannel {
    private volatile @Nullable ServerBootstrap bootstrap;
    private volatile @Nullable Channel channel;

    void watch(ServerBootstrap applied) {
        watch(applied, Optional.empty());
    }

    /** @param loops where connections are to be, rather than on the library's threads */
    void watch(ServerBootstrap applied, EventLoopGroup loops) {
        watch(applied, Optional.of(loops));
    }

    private void watch(ServerBootstrap applied, Optional<EventLoopGroup> loops) {
        bootstrap = applied;
        applied.handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel opened) {
                channel = opened;
                loops.ifPresent(those -> opened.pipeline().addLast(new LoopAcceptor(those, applied.config())));
            }
        });
    }

    /** Accepts on one of these from now on, and ends the thread that did. Blocks; not for an event loop. */
    void moveTo(EventLoopGroup loops) {
        Channel listening = requireNonNull(channel, "listening");
        listening.deregister().syncUninterruptibly();
        loops.register(listening).syncUninterruptibly();
        requireNonNull(bootstrap, "bootstrap")
                .config()
                .group()
                .shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .syncUninterruptibly();
    }

    int port() {
        Channel listening = requireNonNull(channel, "listening");
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Ends it, and its threads without the library's quiet period of seconds. False if there are none. */
    boolean shutDown() {
        ServerBootstrap used = bootstrap;
        if (used == null) {
            return false;
        }
        Channel listening = channel;
        if (listening != null) {
            listening.close();
        }
        used.config().group().shutdownGracefully(0, 1, TimeUnit.SECONDS);
        used.config().childGroup().shutdownGracefully(0, 1, TimeUnit.SECONDS);
        return true;
    }
}
