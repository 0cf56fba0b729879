package io.duet.netty;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrapConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;

/** Puts new connections on event loops that are not the bootstrap's, and otherwise treats them as the bootstrap does. */
final class LoopAcceptor extends ChannelInboundHandlerAdapter {
    private final EventLoopGroup loops;
    private final ServerBootstrapConfig bootstrap;

    LoopAcceptor(EventLoopGroup loops, ServerBootstrapConfig bootstrap) {
        this.loops = loops;
        this.bootstrap = bootstrap;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel connection = (Channel) message;
        try {
            connection.pipeline().addLast(requireNonNull(bootstrap.childHandler(), "child handler"));
            connection.config().setOptions(bootstrap.childOptions());
            loops.register(connection).addListener(registered -> {
                if (!registered.isSuccess()) {
                    connection.unsafe().closeForcibly();
                }
            });
        } catch (RuntimeException e) {
            connection.unsafe().closeForcibly();
            throw e;
        }
    }
}
