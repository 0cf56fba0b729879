package io.duet.netty;

import com.corundumstudio.socketio.SocketIOChannelInitializer;
import io.duet.engineio.EngineServer;
import io.netty.channel.ChannelPipeline;

/** Gives netty-socketio's connections our pipeline: its TLS handler, if configured, then our engine. */
final class DuetChannelInitializer extends SocketIOChannelInitializer {
    private final EngineServer engine;

    private final boolean proxyProtocol;

    DuetChannelInitializer(EngineServer engine, boolean proxyProtocol) {
        this.engine = engine;
        this.proxyProtocol = proxyProtocol;
    }

    @Override
    protected void addSslHandler(ChannelPipeline pipeline) {
        if (proxyProtocol) {
            engine.installProxyProtocol(pipeline);
        }
        super.addSslHandler(pipeline);
    }

    @Override
    protected void addSocketioHandlers(ChannelPipeline pipeline) {
        engine.install(pipeline);
    }
}
