package io.duet.socketio;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.HistoryOptions;
import io.duet.adapter.RecoveryOptions;
import io.duet.engineio.Acceptor;
import io.duet.engineio.EngineOptions;
import io.duet.engineio.HttpHandler;
import io.duet.socketio.codec.Parser;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What a {@link Server} was told by its {@link ServerBuilder}; immutable. */
public final class ServerOptions {
    public static final String DEFAULT_PATH = "/socket.io";
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(45);
    public static final Duration DEFAULT_ACK_TIMEOUT = Duration.ofSeconds(5);
    public static final int DEFAULT_MAX_CHILD_NAMESPACES = 10_000;
    public static final int DEFAULT_MAX_QUEUED_INBOUND_BYTES = 128 * 1024;

    private final EngineOptions engine;
    private final Duration connectTimeout;
    private final Duration ackTimeout;
    private final Parser parser;
    private final int maxAttachments;
    private final int maxQueuedInboundBytes;
    private final boolean serveClient;
    private final ObjectMapper mapper;
    private final AdapterFactory adapters;
    private final HttpHandler httpHandler;
    private final @Nullable RecoveryOptions connectionStateRecovery;
    private final HistoryOptions history;
    private final boolean cleanupEmptyChildNamespaces;
    private final int maxChildNamespaces;
    private final ListenerExecution listenerExecution;
    private final @Nullable Executor listenerExecutor;
    private final @Nullable Acceptor acceptor;

    ServerOptions(ServerBuilder builder) {
        this.engine = builder.engineOptions();
        this.connectTimeout = builder.connectTimeout;
        this.ackTimeout = builder.ackTimeout;
        this.parser = builder.parser;
        this.maxAttachments = builder.maxAttachments;
        this.maxQueuedInboundBytes = builder.maxQueuedInboundBytes;
        this.serveClient = builder.serveClient;
        this.mapper = builder.mapper;
        this.adapters = builder.adapters;
        this.httpHandler = builder.httpHandler;
        this.connectionStateRecovery = builder.connectionStateRecovery;
        this.history = builder.history;
        this.cleanupEmptyChildNamespaces = builder.cleanupEmptyChildNamespaces;
        this.maxChildNamespaces = builder.maxChildNamespaces;
        this.listenerExecution = builder.listenerExecution;
        this.listenerExecutor = builder.listenerExecutor;
        this.acceptor = builder.acceptor;
    }

    /** The options of its engine. */
    public EngineOptions engine() {
        return engine;
    }

    /** How long a client may take to join a first namespace. */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** How long acknowledgements of a broadcast, and answers to {@code serverSideEmitWithAck}, may take if the caller sets no timeout. */
    public Duration ackTimeout() {
        return ackTimeout;
    }

    /** How packets travel. */
    public Parser parser() {
        return parser;
    }

    /** How many binary attachments a packet of a client may have. */
    public int maxAttachments() {
        return maxAttachments;
    }

    /** How many bytes of a client's events may wait for its listeners before nothing more is read from it. */
    public int maxQueuedInboundBytes() {
        return maxQueuedInboundBytes;
    }

    /** Whether the browser bundles of the client are served below the path. */
    public boolean serveClient() {
        return serveClient;
    }

    ObjectMapper mapper() {
        return mapper;
    }

    /** What makes the adapters of its namespaces. */
    public AdapterFactory adapters() {
        return adapters;
    }

    HttpHandler httpHandler() {
        return httpHandler;
    }

    /** Absent: lost connections are lost. */
    public Optional<RecoveryOptions> connectionStateRecovery() {
        return Optional.ofNullable(connectionStateRecovery);
    }

    /** Which rooms have a history. */
    public HistoryOptions history() {
        return history;
    }

    /** Whether a child of a {@link ParentNamespace} ends with its last socket. */
    public boolean cleanupEmptyChildNamespaces() {
        return cleanupEmptyChildNamespaces;
    }

    /** How many children all parents together may have. */
    public int maxChildNamespaces() {
        return maxChildNamespaces;
    }

    /** Where listeners run. */
    public ListenerExecution listenerExecution() {
        return listenerExecution;
    }

    /** The user's own executor; {@code null} if the server is to have its own. */
    @Nullable
    Executor listenerExecutor() {
        return listenerExecutor;
    }

    /** Absent: the one on the class path. */
    Optional<Acceptor> acceptor() {
        return Optional.ofNullable(acceptor);
    }
}
