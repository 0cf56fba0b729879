package io.duet.engineio;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the client's address from a PROXY protocol header, which the decoder before it has read; then steps aside. */
final class ProxyProtocolHandler extends SimpleChannelInboundHandler<HAProxyMessage> {
    private static final Logger log = LoggerFactory.getLogger(ProxyProtocolHandler.class);

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage header) {
        if (header.sourceAddress() != null) {
            ctx.channel().attr(ClientAddress.PROXIED).set(header.sourceAddress());
        }
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("connection without PROXY protocol header closed: {}", cause.toString());
        ctx.close();
    }
}
