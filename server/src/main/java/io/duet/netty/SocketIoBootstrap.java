package io.duet.netty;

import static java.util.Objects.requireNonNull;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import io.duet.engineio.Acceptor;
import io.duet.engineio.EngineServer;
import io.duet.engineio.ListenOptions;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Listens by means of netty-socketio's server. */
public final class SocketIoBootstrap implements Acceptor {
    /** Found by {@link java.util.ServiceLoader}. */
    public SocketIoBootstrap() {}

    @Override
    public Binding listen(ListenOptions options, EngineServer engine) {
        ListeningServer server = new ListeningServer(configuration(options));
        server.setPipelineFactory(new DuetChannelInitializer(engine, options.proxyProtocol()));
        try {
            server.start();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        } catch (Exception e) {
            // Netty rethrows the checked exception of a failed bind without declaring it.
            server.close();
            throw new UncheckedIOException("listen on port " + options.port(), new IOException(e));
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

    /** The library's server, with what it does not tell: the port it got, its threads. */
    private static final class ListeningServer extends SocketIOServer implements Binding {
        private @Nullable ServerBootstrap bootstrap;
        private volatile @Nullable Channel listening;

        ListeningServer(Configuration configuration) {
            super(configuration);
        }

        @Override
        protected void applyConnectionOptions(ServerBootstrap applied) {
            super.applyConnectionOptions(applied);
            bootstrap = applied;
            applied.handler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    listening = channel;
                }
            });
        }

        @Override
        public int port() {
            Channel channel = requireNonNull(listening, "listening");
            return ((InetSocketAddress) channel.localAddress()).getPort();
        }

        @Override
        public void close() {
            ServerBootstrap used = bootstrap;
            if (used != null) {
                // Without the library's quiet period of seconds: the sessions are closed already.
                used.config().group().shutdownGracefully(0, 1, TimeUnit.SECONDS);
                used.config().childGroup().shutdownGracefully(0, 1, TimeUnit.SECONDS);
                stop();
            }
        }
    }
}
