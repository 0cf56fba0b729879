package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.AckCollector;
import io.duet.adapter.Adapter;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.FailureText;
import io.duet.adapter.HistoryOptions;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.LocalSockets;
import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.ServerSideAnswers;
import io.duet.adapter.presence.PresenceDirectory;
import io.duet.adapter.presence.PresenceLog;
import io.duet.engineio.RandomId;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.socketio.codec.ReservedEvents;
import io.duet.socketio.codec.SocketPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A namespace: its middlewares, its listeners and the sockets that are connected to it. */
public class Namespace {
    private static final Logger log = LoggerFactory.getLogger(Namespace.class);

    private final Server server;
    private final String name;
    private final Adapter adapter;
    private final Map<String, Socket> sockets = new ConcurrentHashMap<>();
    private final Map<String, Socket> socketsByPrivateId = new ConcurrentHashMap<>();
    private final List<Middleware> middlewares = new CopyOnWriteArrayList<>();
    private final List<Consumer<Socket>> connectionListeners = new CopyOnWriteArrayList<>();
    private final ServerSideEvents serverSideEvents;
    private final AtomicLong ackIds = new AtomicLong();
    private final AtomicInteger attached = new AtomicInteger();
    private final AdapterFactory adapters;
    private final NamespaceCounters counters;
    private final SocketData data;
    private volatile @Nullable Presence presence;

    /** @param shared of the parent; {@code null} for a namespace that counts for itself */
    Namespace(Server server, String name, AdapterFactory adapters, @Nullable NamespaceCounters shared) {
        this.server = server;
        this.name = name;
        this.adapters = adapters;
        this.counters = shared == null ? new NamespaceCounters(name, () -> List.of(this)) : shared;
        this.serverSideEvents = new ServerSideEvents(this);
        this.data = new SocketData(server);
        this.adapter = adapters.create(name, new Members());
    }

    /** The full name with its leading slash. */
    public final String name() {
        return name;
    }

    /** The server that it belongs to. */
    public final Server server() {
        return server;
    }

    /** Rooms and cluster. */
    public final Adapter adapter() {
        return adapter;
    }

    /** The sockets of this node by id: a live, unmodifiable view. */
    public final Map<String, Socket> sockets() {
        return Collections.unmodifiableMap(sockets);
    }

    /** A socket of this node. */
    public final Optional<Socket> socket(String id) {
        return Optional.ofNullable(sockets.get(id));
    }

    /**
     * Begins to keep account of users; to be called before clients connect, on every node, with the same grace period, lease and prefix.
     *
     * @throws IllegalStateException if it was called before
     */
    public final synchronized Presence presence(PresenceOptions options) {
        if (presence != null) {
            throw new IllegalStateException("presence: begun before (expected: once)");
        }
        PresenceLog log = adapters.presenceLog(name, options.lease());
        Presence begun = new Presence(this, options, new PresenceDirectory(options.grace(), log));
        presence = begun;
        if (counters.name().equals(name)) {
            server.counters().presences.add(begun);
        }
        return begun;
    }

    /**
     * Who is here.
     *
     * @throws IllegalStateException if {@link #presence(PresenceOptions)} was not called
     */
    public final Presence presence() {
        Presence begun = presence;
        if (begun == null) {
            throw new IllegalStateException("presence: not begun (expected: presence(options) first)");
        }
        return begun;
    }

    /** What has happened here so far; of a child: in all children of its parent. */
    public final NamespaceCounters counters() {
        return counters;
    }

    /** Adds a middleware; concerns sockets that connect from now on. */
    public final Namespace use(Middleware middleware) {
        middlewares.add(requireNonNull(middleware, "middleware"));
        return this;
    }

    /** Adds a listener that is called for each new socket, before any event of its client. Runs as the listeners of that socket. */
    public final Namespace onConnection(Consumer<Socket> listener) {
        connectionListeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a listener of an event that another node sends by {@link #serverSideEmit}. */
    public final Namespace onServerSide(String event, EventListener listener) {
        serverSideEvents.on(event, requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a listener of every event that another node sends by {@link #serverSideEmit}, called before those of its name. */
    public final Namespace onAnyServerSide(AnyEventListener listener) {
        serverSideEvents.onAny(requireNonNull(listener, "listener"));
        return this;
    }

    /** Sends an event to every socket of the namespace, on every node. */
    public final void emit(String event, @Nullable Object... arguments) {
        operator().emit(event, arguments);
    }

    /** As {@code emit("message", arguments)}. */
    public final void send(@Nullable Object... arguments) {
        emit("message", arguments);
    }

    /** The same as {@link #send}. */
    public final void write(@Nullable Object... arguments) {
        send(arguments);
    }

    /** As {@link BroadcastOperator#emitWithAck}, for everybody. */
    public final CompletionStage<Arguments> emitWithAck(String event, @Nullable Object... arguments) {
        return operator().emitWithAck(event, arguments);
    }

    /** Selects the sockets of this namespace that are in any of these rooms, on any node. */
    public final BroadcastOperator to(String... rooms) {
        return operator().to(rooms);
    }

    /** The same as {@link #to}. */
    public final BroadcastOperator in(String... rooms) {
        return operator().to(rooms);
    }

    /** All sockets of a user, on all nodes: the room {@link Presence#roomOf}. */
    public final BroadcastOperator toUser(String userId) {
        return to(presence().roomOf(userId));
    }

    /** Selects the sockets of this namespace that are in none of these rooms. */
    public final BroadcastOperator except(String... rooms) {
        return operator().except(rooms);
    }

    /** Selects the sockets of this namespace that are on this node. */
    public final BroadcastOperator local() {
        return operator().local();
    }

    /** Node's {@code volatile}. */
    public final BroadcastOperator asVolatile() {
        return operator().asVolatile();
    }

    /** Whether what is sent may be compressed; see {@link BroadcastOperator#compress}. */
    public final BroadcastOperator compress(boolean compress) {
        return operator().compress(compress);
    }

    /** How long acknowledgements may take; see {@link BroadcastOperator#timeout}. */
    public final BroadcastOperator timeout(Duration timeout) {
        return operator().timeout(timeout);
    }

    /** Describes the sockets of this namespace on all nodes; see {@link BroadcastOperator#fetchSockets}. */
    public final CompletionStage<List<RemoteSocket>> fetchSockets() {
        return operator().fetchSockets();
    }

    /** Makes all sockets of this namespace join rooms, on all nodes. */
    public final void socketsJoin(String... rooms) {
        operator().socketsJoin(rooms);
    }

    /** Makes all sockets of this namespace leave rooms, on all nodes. */
    public final void socketsLeave(String... rooms) {
        operator().socketsLeave(rooms);
    }

    /** Disconnects all sockets of this namespace, on all nodes; see {@link Socket#disconnect(boolean)}. */
    public final void disconnectSockets(boolean close) {
        operator().disconnectSockets(close);
    }

    /** Calls the {@link #onServerSide} listeners of the other nodes. */
    public final void serverSideEmit(String event, @Nullable Object... arguments) {
        adapter.serverSideEmit(ServerSideEvents.data(event, arguments));
    }

    /**
     * Calls the {@link #onServerSide} listeners of the other nodes and collects one answer of each.
     *
     * @return the answers, in order of arrival, and how many nodes did not answer within {@link ServerOptions#ackTimeout()}
     */
    public final CompletionStage<ServerSideAnswers> serverSideEmitWithAck(String event, @Nullable Object... arguments) {
        return adapter.serverSideEmitWithAck(
                ServerSideEvents.data(event, arguments), server.options().ackTimeout());
    }

    @Override
    public final String toString() {
        return "nsp=" + name;
    }

    // For sockets and operators

    BroadcastOperator operator() {
        return new BroadcastOperator(this, BroadcastOptions.ALL);
    }

    /** Gives a child what this namespace has now. */
    final void inherit(Namespace child) {
        child.middlewares.addAll(middlewares);
        child.connectionListeners.addAll(connectionListeners);
    }

    void ifPresence(Consumer<Presence> action) {
        Presence begun = presence;
        if (begun != null) {
            action.accept(begun);
        }
    }

    CompletionStage<Void> close() {
        Presence begun = presence;
        if (begun == null) {
            return adapter.close();
        }
        CompletionStage<Void> left = begun.close();
        return left.handle((done, failure) -> adapter.close())
                .thenCompose(closing -> closing)
                .thenCompose(done -> left);
    }

    List<Middleware> middlewares() {
        return List.copyOf(middlewares);
    }

    /** Whether clients that lost their connection can be recovered. */
    boolean recovers() {
        return server.options().connectionStateRecovery().isPresent();
    }

    boolean skipsMiddlewaresOnRecovery() {
        return server.options()
                .connectionStateRecovery()
                .map(RecoveryOptions::skipMiddlewares)
                .orElse(false);
    }

    /**
     * Finds out who a connecting client is: somebody new, or one that was here before.
     *
     * @param legacySessionId the id of a Socket.IO v2 client's session, which its sockets' ids are made of; {@code null} for others
     */
    CompletionStage<SocketIdentity> identify(@Nullable String legacySessionId, JsonNode auth) {
        if (legacySessionId != null) {
            String id = name.equals("/") ? legacySessionId : name + "#" + legacySessionId;
            // The same id again: what its former socket still has to leave must not be taken from the new one.
            Socket former = sockets.get(id);
            CompletionStage<Void> gone = former == null
                    ? CompletableFuture.completedFuture(null)
                    : former.life().ended();
            return gone.thenApply(done -> SocketIdentity.fresh(id, null));
        }
        if (!recovers()) {
            return CompletableFuture.completedFuture(SocketIdentity.fresh(RandomId.next(), null));
        }
        String privateId = auth.path("pid").asText();
        if (privateId.isEmpty()) {
            return CompletableFuture.completedFuture(newRecoverable());
        }
        Optional<String> offset = Optional.of(auth.path("offset").asText()).filter(text -> !text.isEmpty());
        Socket lost = socketsByPrivateId.get(privateId);
        CompletionStage<Void> kept = lost == null
                ? CompletableFuture.completedFuture(null)
                : lost.life().supersede();
        return kept.thenCompose(done -> adapter.restoreSession(privateId, offset))
                .exceptionally(failure -> {
                    log.warn("session could not be read, its client starts anew: {}", FailureText.of(failure));
                    return Optional.empty();
                })
                .thenApply(state -> {
                    (state.isPresent() ? counters.recovered : counters.notRecovered).increment();
                    return state.map(found -> SocketIdentity.restored(found, server.mapper()))
                            .orElseGet(Namespace::newRecoverable);
                });
    }

    /** One more client is connected or on its way; see {@link #detach}. */
    void attach() {
        server.inFlight().begin();
        attached.incrementAndGet();
    }

    /** A client that was attached is gone for good, and its listeners are done. */
    void detach() {
        if (attached.decrementAndGet() == 0) {
            server.onEmpty(this);
        }
        server.inFlight().end();
    }

    boolean isEmpty() {
        return attached.get() == 0;
    }

    void add(Socket socket) {
        sockets.put(socket.id(), socket);
        String privateId = socket.life().privateId();
        if (privateId != null) {
            socketsByPrivateId.put(privateId, socket);
        }
    }

    void remove(Socket socket) {
        sockets.remove(socket.id(), socket);
        String privateId = socket.life().privateId();
        if (privateId != null) {
            socketsByPrivateId.remove(privateId, socket);
        }
    }

    void fireConnection(Socket socket) {
        for (Consumer<Socket> listener : connectionListeners) {
            try {
                listener.accept(socket);
            } catch (Throwable e) {
                // Kotlin and Lombok throw checked exceptions without declaring them.
                log.error("connection listener failed: {}", socket, e);
            }
        }
    }

    /** A copy of a socket's data. */
    JsonNode dataTree(Map<String, Object> values) {
        return data.tree(values);
    }

    /** Shared by all sockets, so that one id can serve a broadcast. */
    long nextAckId() {
        return ackIds.getAndIncrement();
    }

    static List<@Nullable Object> eventData(String event, @Nullable Object... arguments) {
        if (ReservedEvents.contains(event)) {
            throw new IllegalArgumentException("event: " + event + " (expected: a name that is not reserved)");
        }
        return named(event, arguments);
    }

    static List<@Nullable Object> named(String event, @Nullable Object... arguments) {
        List<@Nullable Object> data = new ArrayList<>(arguments.length + 1);
        data.add(event);
        data.addAll(Arrays.asList(arguments));
        return data;
    }

    OutboundMessage encode(List<@Nullable Object> data, long ackId, BroadcastFlags flags) {
        return server.encode(
                new SocketPacket.Event(name, ackId, data), flags.compress().orElse(true));
    }

    private static SocketIdentity newRecoverable() {
        return SocketIdentity.fresh(RandomId.next(), RandomId.next());
    }

    /** The namespace as its adapter sees it. */
    private final class Members implements LocalSockets {
        @Override
        public Collection<? extends LocalSocket> all() {
            return sockets.values();
        }

        @Override
        public ObjectMapper mapper() {
            return server.mapper();
        }

        @Override
        public Optional<RecoveryOptions> recovery() {
            return server.options().connectionStateRecovery();
        }

        @Override
        public HistoryOptions history() {
            return server.options().history();
        }

        @Override
        public Optional<ScheduledExecutorService> eventLoop() {
            return Optional.of(server.engine().clusterLoop());
        }

        @Override
        public void deliver(EventPacket packet, BroadcastFlags flags, Collection<? extends LocalSocket> receivers) {
            OutboundMessage message = encode(packet.data(), SocketPacket.NO_ID, flags);
            for (LocalSocket receiver : receivers) {
                Socket socket = (Socket) receiver;
                if (socket.takesBroadcasts()) {
                    socket.deliver(message, flags.isVolatile(), packet);
                }
            }
        }

        @Override
        public void deliverWithAck(
                EventPacket packet,
                BroadcastFlags flags,
                Collection<? extends LocalSocket> receivers,
                AckCollector collector) {
            long ackId = nextAckId();
            OutboundMessage message = encode(packet.data(), ackId, flags);
            LocalAcks acks = new LocalAcks(
                    ackId,
                    collector,
                    counters,
                    flags.timeout().orElse(server.options().ackTimeout()));
            for (LocalSocket receiver : receivers) {
                Socket socket = (Socket) receiver;
                if (socket.takesBroadcasts()) {
                    acks.expect(socket);
                    socket.deliver(message, flags.isVolatile(), packet);
                }
            }
            acks.allAsked();
        }

        @Override
        public void serverSide(List<@Nullable Object> data, @Nullable Consumer<List<@Nullable Object>> answer) {
            serverSideEvents.fire(data, answer);
        }
    }
}
