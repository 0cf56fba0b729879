package io.duet.netty;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import io.duet.engineio.Acceptor;
import io.duet.engineio.ConnectionPipeline;
import io.duet.engineio.EngineServer;
import io.duet.engineio.ListenOptions;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** Listens by means of netty-socketio's server. */
public final class SocketIoBootstrap implements Acceptor {
    /** Found by {@link java.util.ServiceLoader}. */
    public SocketIoBootstrap() {}

    @Override
    public Binding listen(ListenOptions options, EngineServer engine) {
        ListeningServer server = new ListeningServer(configuration(options), ConnectionPipeline.eventLoops(engine));
        UnusedInitializer.end(server);
        server.setPipelineFactory(new DuetChannelInitializer(engine, options.proxyProtocol()));
        try {
            server.start();
            server.acceptOnLoops();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        } catch (Exception e) {
            // Netty rethrows the checked exception of a failed bind without declaring it.
            server.close();
            throw new UncheckedIOException("port " + options.port() + ": " + e.getMessage(), new IOException(e));
        }
        return server;
    }

    private static Configuration configuration(ListenOptions options) {
        Configuration configuration = new Configuration();
        configuration.setPort(options.port());
        options.host().ifPresent(configuration::setHostname);
        options.tls().ifPresent(keyStore -> {
            try {
                configuration.setKeyStore(Files.newInputStream(keyStore.file()));
            } catch (IOException e) {
                throw new UncheckedIOException("key store: " + keyStore.file() + " (expected: a readable file)", e);
            }
            configuration.setKeyStoreFormat(keyStore.type());
            configuration.setKeyStorePassword(keyStore.password());
            // The library's default is TLSv1.
            configuration.setSSLProtocol("TLS");
        });
        configuration.setUseLinuxNativeEpoll(Epoll.isAvailable());
        // It is not used and never starts.
        configuration.setWorkerThreads(1);
        configuration.getSocketConfig().setReuseAddress(true);
        return configuration;
    }

    /** The library's server. */
    private static final class ListeningServer extends SocketIOServer implements Binding {
        private final ListeningChannel listening = new ListeningChannel();
        private final EventLoopGroup loops;

        ListeningServer(Configuration configuration, EventLoopGroup loops) {
            super(configuration);
            this.loops = loops;
        }

        @Override
        protected void applyConnectionOptions(ServerBootstrap applied) {
            super.applyConnectionOptions(applied);
            // They have these already.
            applied.childOption(ChannelOption.TCP_NODELAY, null);
            applied.childOption(ChannelOption.SO_KEEPALIVE, null);
            applied.childOption(ChannelOption.SO_LINGER, null);
            listening.watch(applied, loops);
        }

        /** The library accepts on a thread of its own, which then has to wake another for each connection. */
        void acceptOnLoops() {
            listening.moveTo(loops);
        }

        @Override
        public int port() {
            return listening.port();
        }

        @Override
        public void close() {
            // The sessions are closed already.
            if (listening.shutDown()) {
                stop();
            }
        }
    }
}
