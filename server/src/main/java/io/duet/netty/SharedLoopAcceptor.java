package io.duet.netty;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrapConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;

/** Puts new connections on an event loop that is not of the bootstrap's group, and otherwise treats them as the bootstrap does. */
final class SharedLoopAcceptor extends ChannelInboundHandlerAdapter {
    private final EventLoop loop;
    private final ServerBootstrapConfig bootstrap;

    SharedLoopAcceptor(EventLoop loop, ServerBootstrapConfig bootstrap) {
        this.loop = loop;
        this.bootstrap = bootstrap;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel connection = (Channel) message;
        connection.pipeline().addLast(requireNonNull(bootstrap.childHandler(), "child handler"));
        connection.config().setOptions(bootstrap.childOptions());
        loop.register(connection).addListener(registered -> {
            if (!registered.isSuccess()) {
                connection.unsafe().closeForcibly();
            }
        });
    }
}
