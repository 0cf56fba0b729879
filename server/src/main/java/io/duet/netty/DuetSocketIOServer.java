package io.duet.netty;

import static java.util.Objects.requireNonNull;

import com.corundumstudio.socketio.BroadcastOperations;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOChannelInitializer;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.SocketIONamespace;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.listener.ConnectListener;
import com.corundumstudio.socketio.listener.DataListener;
import com.corundumstudio.socketio.listener.DisconnectListener;
import com.corundumstudio.socketio.listener.EventInterceptor;
import com.corundumstudio.socketio.listener.MultiTypeEventListener;
import com.corundumstudio.socketio.listener.PingListener;
import com.corundumstudio.socketio.listener.PongListener;
import io.duet.engineio.Acceptor;
import io.duet.engineio.EngineServer;
import io.duet.engineio.ListenOptions;
import io.duet.socketio.Server;
import io.duet.socketio.ServerBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.util.concurrent.Future;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * netty-socketio's server on Duet's protocol, sockets, rooms and cluster. A program that is written for netty-socketio needs one line:
 *
 * <pre>{@code SocketIOServer server = new DuetSocketIOServer(configuration);}</pre>
 *
 * <p>The {@link Configuration} keeps its meaning: context, ping interval and timeout, upgrade timeout, first data timeout (for joining a first
 * namespace), the larger one of content length and frame payload (one limit for both transports), transports, CORS with its origin and
 * headers, both compression flags, host, port, TLS, threads, epoll and TCP options, authorization and exception listener, acknowledgement mode,
 * and the stores of the store factory. <b>Not</b> taken over: the cluster messages of the store factory (see below), the JSON support (see
 * {@link ServerBuilder#mapper}), random session (ids are always random), version header, package prefix, custom requests (see
 * {@link ServerBuilder#httpHandler}), limits of the HTTP decoder, direct buffers. A pipeline of one's own is not possible.
 *
 * <p>{@link #io()} is the same server by Duet's own API: a room that a socket has joined through one API is seen through the other.
 */
public class DuetSocketIOServer extends SocketIOServer {
    private final Facade facade;
    private final ListeningChannel listening = new ListeningChannel();
    private @Nullable Future<Void> starting;

    /** A server as the configuration describes it; later changes of the configuration have no effect. */
    public DuetSocketIOServer(Configuration configuration) {
        this(configuration, builder -> {});
    }

    /**
     * The same with what netty-socketio's configuration has no words for.
     *
     * @param options gets the builder after the configuration was applied to it, for example
     *     {@code builder -> builder.adapter(RedisAdapter.classic(redisson))}; its port, host and TLS settings have no effect
     */
    // The program's own listeners are registered on namespaces of ours, made when the constructor of the library is
    // through.
    @SuppressWarnings("this-escape")
    public DuetSocketIOServer(Configuration configuration, Consumer<ServerBuilder> options) {
        super(configuration);
        UnusedInitializer.end(this);
        facade = new Facade(configuration, requireNonNull(options, "options"), this::listen);
    }

    /** This server by Duet's own API. */
    public final Server io() {
        return facade.io();
    }

    /** The port it listens on. */
    public final int port() {
        return facade.io().port();
    }

    @Override
    public Future<Void> startAsync() {
        facade.io().start();
        return requireNonNull(starting, "starting");
    }

    /** Closes the sessions, so that their clients come back to another node, leaves the cluster, stops listening. */
    @Override
    public void stop() {
        try {
            facade.io().close().toCompletableFuture().join();
        } finally {
            facade.close();
        }
    }

    @Override
    protected void applyConnectionOptions(ServerBootstrap bootstrap) {
        super.applyConnectionOptions(bootstrap);
        listening.watch(bootstrap);
    }

    /** @throws UnsupportedOperationException always: the pipeline is Duet's; {@link ServerBuilder#httpHandler} serves other requests */
    @Override
    public void setPipelineFactory(SocketIOChannelInitializer pipelineFactory) {
        throw new UnsupportedOperationException("pipeline factory (expected: none, the pipeline is Duet's)");
    }

    private Acceptor.Binding listen(ListenOptions options, EngineServer engine) {
        super.setPipelineFactory(new DuetChannelInitializer(engine, options.proxyProtocol()));
        try {
            Future<Void> bound = super.startAsync();
            starting = bound.addListener(result -> {
                if (!result.isSuccess()) {
                    listening.shutDown();
                }
            });
        } catch (RuntimeException e) {
            listening.shutDown();
            throw e;
        }
        return new Acceptor.Binding() {
            @Override
            public int port() {
                return listening.port();
            }

            @Override
            public void close() {
                listening.shutDown();
                DuetSocketIOServer.super.stop();
            }
        };
    }

    // Namespaces

    @Override
    public SocketIONamespace addNamespace(String name) {
        // The constructor of the library calls this before our fields are there: what it gets then is never used.
        return isConstructed() ? facade.create(name) : super.addNamespace(name);
    }

    @Override
    public @Nullable SocketIONamespace getNamespace(String name) {
        return facade.find(name);
    }

    @Override
    public Collection<SocketIONamespace> getAllNamespaces() {
        return facade.all();
    }

    @Override
    public void removeNamespace(String name) {
        facade.remove(name);
    }

    // Clients

    @Override
    public Collection<SocketIOClient> getAllClients() {
        return facade.main().getAllClients();
    }

    @Override
    public @Nullable SocketIOClient getClient(UUID uuid) {
        return facade.main().getClient(uuid);
    }

    /** Everybody in every namespace. */
    @Override
    public BroadcastOperations getBroadcastOperations() {
        return facade.everybody();
    }

    /** The members of these rooms in every namespace; whoever is in several of them gets one copy. */
    @Override
    public BroadcastOperations getRoomOperations(String... rooms) {
        return facade.rooms(rooms);
    }

    // Listeners of the main namespace

    @Override
    public void addMultiTypeEventListener(String eventName, MultiTypeEventListener listener, Class<?>... eventClass) {
        facade.main().addMultiTypeEventListener(eventName, listener, eventClass);
    }

    @Override
    public <T> void addEventListener(String eventName, Class<T> eventClass, DataListener<T> listener) {
        facade.main().addEventListener(eventName, eventClass, listener);
    }

    @Override
    public void addEventInterceptor(EventInterceptor eventInterceptor) {
        facade.main().addEventInterceptor(eventInterceptor);
    }

    @Override
    public void removeAllListeners(String eventName) {
        facade.main().removeAllListeners(eventName);
    }

    @Override
    public void addDisconnectListener(DisconnectListener listener) {
        facade.main().addDisconnectListener(listener);
    }

    @Override
    public void addConnectListener(ConnectListener listener) {
        facade.main().addConnectListener(listener);
    }

    @Override
    @SuppressWarnings("deprecation")
    public void addPingListener(PingListener listener) {
        facade.main().addPingListener(listener);
    }

    @Override
    public void addPongListener(PongListener listener) {
        facade.main().addPongListener(listener);
    }

    @Override
    public void addListeners(Object listeners) {
        facade.main().addListeners(listeners);
    }

    @Override
    public <L> void addListeners(Iterable<L> listeners) {
        facade.main().addListeners(listeners);
    }

    @Override
    public void addListeners(Object listeners, Class<?> listenersClass) {
        facade.main().addListeners(listeners, listenersClass);
    }

    @SuppressWarnings("ConstantValue")
    private boolean isConstructed() {
        return facade != null;
    }
}
