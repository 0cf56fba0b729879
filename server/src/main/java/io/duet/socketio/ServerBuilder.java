package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.HistoryOptions;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.RecoveryOptions;
import io.duet.engineio.Acceptor;
import io.duet.engineio.EngineOptions;
import io.duet.engineio.EngineSettings;
import io.duet.engineio.HttpHandler;
import io.duet.engineio.HttpReply;
import io.duet.engineio.ListenOptions;
import io.duet.socketio.codec.JsonPacketDecoder;
import io.duet.socketio.codec.JsonValues;
import io.duet.socketio.codec.Parser;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Configures a {@link Server}. Not safe for several threads. Each setter checks its value and names it if it is wrong. */
public final class ServerBuilder extends EngineSettings<ServerBuilder> {
    ListenOptions listen = ListenOptions.port(0);
    Duration connectTimeout = ServerOptions.DEFAULT_CONNECT_TIMEOUT;
    Duration ackTimeout = ServerOptions.DEFAULT_ACK_TIMEOUT;
    Parser parser = Parser.JSON;
    int maxAttachments = JsonPacketDecoder.DEFAULT_MAX_ATTACHMENTS;
    int maxQueuedInboundBytes = ServerOptions.DEFAULT_MAX_QUEUED_INBOUND_BYTES;
    boolean serveClient = true;
    ObjectMapper mapper = JsonValues.mapper();
    AdapterFactory adapters = InMemoryAdapter.factory();
    HttpHandler httpHandler = (request, body) -> CompletableFuture.completedFuture(HttpReply.empty(404));

    @Nullable
    RecoveryOptions connectionStateRecovery;

    HistoryOptions history = HistoryOptions.NONE;
    boolean cleanupEmptyChildNamespaces;
    int maxChildNamespaces = ServerOptions.DEFAULT_MAX_CHILD_NAMESPACES;
    ListenerExecution listenerExecution = ListenerExecution.WORKERS;

    @Nullable
    Executor listenerExecutor;

    @Nullable
    Acceptor acceptor;

    ServerBuilder() {
        path(ServerOptions.DEFAULT_PATH);
    }

    @Override
    protected ServerBuilder self() {
        return this;
    }

    // What only this package may ask a builder for.
    @Override
    protected EngineOptions engineOptions() {
        return super.engineOptions();
    }

    /** Where to listen; default 0, a free port that {@link Server#port()} tells after the start. */
    public ServerBuilder port(int port) {
        listen = listen.withPort(port);
        return this;
    }

    /** The local address to listen on; default all. */
    public ServerBuilder host(String host) {
        listen = listen.withHost(host);
        return this;
    }

    /** Serves TLS, with the certificate of this key store. */
    public ServerBuilder tls(ListenOptions.KeyStoreFile keyStore) {
        listen = listen.withTls(keyStore);
        return this;
    }

    /** Whether every connection begins with a PROXY protocol header that names the client; default false. */
    public ServerBuilder proxyProtocol(boolean proxyProtocol) {
        listen = listen.withProxyProtocol(proxyProtocol);
        return this;
    }

    /** A client that joins no namespace for so long is disconnected; default 45 s. */
    public ServerBuilder connectTimeout(Duration connectTimeout) {
        this.connectTimeout = positive("connectTimeout", connectTimeout);
        return this;
    }

    /**
     * How long acknowledgements of a broadcast, and answers to {@code serverSideEmitWithAck}, may take if the caller sets no timeout; default 5 s.
     */
    public ServerBuilder ackTimeout(Duration ackTimeout) {
        this.ackTimeout = positive("ackTimeout", ackTimeout);
        return this;
    }

    /** How packets travel; default {@link Parser#JSON}. Clients must use the same. */
    public ServerBuilder parser(Parser parser) {
        this.parser = requireNonNull(parser, "parser");
        return this;
    }

    /** Binary attachments accepted in one packet; default {@value JsonPacketDecoder#DEFAULT_MAX_ATTACHMENTS}. */
    public ServerBuilder maxAttachments(int maxAttachments) {
        this.maxAttachments = positive("maxAttachments", maxAttachments);
        return this;
    }

    /**
     * How many bytes of a client's events may wait for its listeners. Above it nothing more is read from that client, until half of it has
     * been handled; one message may be larger. Default 128 KiB.
     */
    public ServerBuilder maxQueuedInboundBytes(int maxQueuedInboundBytes) {
        this.maxQueuedInboundBytes = positive("maxQueuedInboundBytes", maxQueuedInboundBytes);
        return this;
    }

    /** Writes and reads values; default {@link JsonValues#mapper()}. Must not be reconfigured any more. */
    public ServerBuilder mapper(ObjectMapper mapper) {
        this.mapper = requireNonNull(mapper, "mapper");
        return this;
    }

    /** Connects the nodes of a cluster; default: this node is alone. */
    public ServerBuilder adapter(AdapterFactory adapters) {
        this.adapters = requireNonNull(adapters, "adapters");
        return this;
    }

    /**
     * Whether the browser bundles of the npm package socket.io-client are served below the path, so that pages can load
     * {@code /socket.io/socket.io.js}; default true.
     */
    public ServerBuilder serveClient(boolean serveClient) {
        this.serveClient = serveClient;
        return this;
    }

    /** Answers requests outside the path; default 404. */
    public ServerBuilder httpHandler(HttpHandler httpHandler) {
        this.httpHandler = requireNonNull(httpHandler, "httpHandler");
        return this;
    }

    /** Gives clients that come back soon their id, rooms, data and missed packets back; default off. */
    public ServerBuilder connectionStateRecovery(RecoveryOptions recovery) {
        this.connectionStateRecovery = requireNonNull(recovery, "recovery");
        return this;
    }

    /**
     * Keeps what is broadcast to some rooms, for {@link BroadcastOperator#history} and {@link Socket#joinWithHistory}; once for each kind of room.
     * In memory it ends with the server; on the streams wire of Redis the nodes have one history, and must keep the same rooms. The other wires
     * cannot: a server with one of these is refused.
     *
     * @param rooms a name, in which {@code *} stands for any text; the first call whose names fit a room counts
     * @param packets how many are kept of each room at most, 1 to 10,000
     * @param age for how long
     */
    public ServerBuilder history(String rooms, int packets, Duration age) {
        this.history = history.with(new HistoryOptions.Rule(rooms, packets, age));
        return this;
    }

    /** Whether a child of a {@link ParentNamespace} ends with its last socket; default false. */
    public ServerBuilder cleanupEmptyChildNamespaces(boolean cleanup) {
        this.cleanupEmptyChildNamespaces = cleanup;
        return this;
    }

    /** How many children all parents together may have: their names come from clients. Default 10,000; beyond it they are refused. */
    public ServerBuilder maxChildNamespaces(int maxChildNamespaces) {
        this.maxChildNamespaces = positive("maxChildNamespaces", maxChildNamespaces);
        return this;
    }

    /** Where listeners run; default {@link ListenerExecution#WORKERS}. */
    public ServerBuilder listenerExecution(ListenerExecution listenerExecution) {
        this.listenerExecution = requireNonNull(listenerExecution, "listenerExecution");
        return this;
    }

    /**
     * Runs all listeners of {@link ListenerExecution#WORKERS}, none of which is then on a thread of an event loop; for example
     * {@code Executors.newVirtualThreadPerTaskExecutor()}. The caller ends it, after the server; what it refuses runs on threads of the server.
     * Default: the threads of the event loops, and threads of the server,
     * as many as are busy at once, at most 256; then sockets wait for one.
     */
    public ServerBuilder listenerExecutor(Executor listenerExecutor) {
        this.listenerExecutor = requireNonNull(listenerExecutor, "listenerExecutor");
        return this;
    }

    /** What accepts the connections; default: the one on the class path, which listens where {@link #port} and {@link #host} say. */
    public ServerBuilder acceptor(Acceptor acceptor) {
        this.acceptor = requireNonNull(acceptor, "acceptor");
        return this;
    }

    /** A server with these options; it listens once it is started. */
    public Server build() {
        return new Server(new ServerOptions(this), listen);
    }
}
