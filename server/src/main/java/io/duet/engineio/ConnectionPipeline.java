package io.duet.engineio;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;

/** What an {@link Acceptor} makes of a new connection. Not for applications: the one public type of this package that shows Netty's. */
public final class ConnectionPipeline {
    /** As Node's limit for the head of a request. */
    private static final int MAX_HTTP_HEAD_BYTES = 16 * 1024;

    private ConnectionPipeline() {}

    /** Where new connections are to be, so that listeners need no threads of their own while they do not block. */
    public static EventLoopGroup eventLoops(EngineServer engine) {
        return engine.eventLoops();
    }

    /** Makes a new connection serve HTTP and Engine.IO; behind a TLS handler if there is one. */
    public static void install(ChannelPipeline pipeline, EngineServer engine) {
        if (pipeline.channel().eventLoop() instanceof LendingEventLoop loop) {
            pipeline.channel().config().setRecvByteBufAllocator(loop.reads());
        }
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_HTTP_HEAD_BYTES)
                .setMaxHeaderSize(MAX_HTTP_HEAD_BYTES);
        pipeline.addLast(new HttpServerCodec(config), new EngineHttpHandler(engine, engine.router()));
    }

    /** Makes a new connection expect a PROXY protocol header first; before a TLS handler and before {@link #install}. */
    public static void installProxyProtocol(ChannelPipeline pipeline) {
        pipeline.addLast(new HAProxyMessageDecoder(), new ProxyProtocolHandler());
    }
}
