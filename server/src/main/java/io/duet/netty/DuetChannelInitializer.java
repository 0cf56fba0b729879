package io.duet.netty;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOChannelInitializer;
import com.corundumstudio.socketio.namespace.NamespacesHub;
import io.duet.engineio.ConnectionPipeline;
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
    public void start(Configuration configuration, NamespacesHub namespacesHub) {
        configuration.setStoreFactory(new SessionStores(configuration.getStoreFactory()));
        super.start(configuration, namespacesHub);
    }

    @Override
    protected void addSslHandler(ChannelPipeline pipeline) {
        if (proxyProtocol) {
            ConnectionPipeline.installProxyProtocol(pipeline);
        }
        super.addSslHandler(pipeline);
    }

    @Override
    protected void addSocketioHandlers(ChannelPipeline pipeline) {
        ConnectionPipeline.install(pipeline, engine);
    }
}
