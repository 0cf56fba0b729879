package io.duet.netty;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import io.duet.engineio.Acceptor;
import io.duet.engineio.ConnectionPipeline;
import io.duet.engineio.EngineServer;
import io.duet.engineio.ListenOptions;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Optional;

/** Listens by means of netty-socketio's server. */
public final class SocketIoBootstrap implements Acceptor {
    /** Found by {@link java.util.ServiceLoader}. */
    public SocketIoBootstrap() {}

    @Override
    public Binding listen(ListenOptions options, EngineServer engine) {
        ListeningServer server = new ListeningServer(configuration(options), ConnectionPipeline.loop(engine));
        server.setPipelineFactory(new DuetChannelInitializer(engine, options.proxyProtocol()));
        try {
            server.start();
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
        // Nothing blocks an event loop: more of them than processors only cost switches.
        configuration.setWorkerThreads(Runtime.getRuntime().availableProcessors());
        configuration.getSocketConfig().setReuseAddress(true);
        return configuration;
    }

    /** The library's server. */
    private static final class ListeningServer extends SocketIOServer implements Binding {
        private final ListeningChannel listening = new ListeningChannel();
        private final Optional<EventLoop> loop;

        ListeningServer(Configuration configuration, Optional<EventLoop> loop) {
            super(configuration);
            this.loop = loop;
        }

        @Override
        protected void applyConnectionOptions(ServerBootstrap applied) {
            super.applyConnectionOptions(applied);
            listening.watch(applied, loop);
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
