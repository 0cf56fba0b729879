package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.AckCollector;
import io.duet.adapter.Adapter;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.LocalSockets;
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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A namespace: its middlewares, its listeners and the sockets that are connected to it. */
public final class Namespace {
    private static final Logger log = LoggerFactory.getLogger(Namespace.class);

    private final Server server;
    private final String name;
    private final Adapter adapter;
    private final Map<String, Socket> sockets = new ConcurrentHashMap<>();
    private final List<Middleware> middlewares = new CopyOnWriteArrayList<>();
    private final List<Consumer<Socket>> connectionListeners = new CopyOnWriteArrayList<>();
    private final EventListeners serverSideListeners = new EventListeners();
    private final AtomicLong ackIds = new AtomicLong();

    Namespace(Server server, String name, AdapterFactory adapters) {
        this.server = server;
        this.name = name;
        this.adapter = adapters.create(name, new Members());
    }

    /** The full name with its leading slash. */
    public String name() {
        return name;
    }

    public Server server() {
        return server;
    }

    /** Rooms and cluster. */
    public Adapter adapter() {
        return adapter;
    }

    /** The sockets of this node by id: a live, unmodifiable view. */
    public Map<String, Socket> sockets() {
        return Collections.unmodifiableMap(sockets);
    }

    /** A socket of this node. */
    public Optional<Socket> socket(String id) {
        return Optional.ofNullable(sockets.get(id));
    }

    /** Adds a middleware; concerns sockets that connect from now on. */
    public Namespace use(Middleware middleware) {
        middlewares.add(requireNonNull(middleware, "middleware"));
        return this;
    }

    /** Adds a listener that is called for each new socket, before any event of its client. Runs as the listeners of that socket. */
    public Namespace onConnection(Consumer<Socket> listener) {
        connectionListeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a listener of an event that another node sends by {@link #serverSideEmit}. */
    public Namespace onServerSide(String event, EventListener listener) {
        serverSideListeners.add(event, requireNonNull(listener, "listener"));
        return this;
    }

    /** Sends an event to every socket of the namespace, on every node. */
    public void emit(String event, @Nullable Object... arguments) {
        operator().emit(event, arguments);
    }

    /** As {@code emit("message", arguments)}. */
    public void send(@Nullable Object... arguments) {
        emit("message", arguments);
    }

    /** As {@link BroadcastOperator#emitWithAck}, for everybody. */
    public CompletionStage<Arguments> emitWithAck(String event, @Nullable Object... arguments) {
        return operator().emitWithAck(event, arguments);
    }

    public BroadcastOperator to(String... rooms) {
        return operator().to(rooms);
    }

    /** The same as {@link #to}. */
    public BroadcastOperator in(String... rooms) {
        return operator().to(rooms);
    }

    public BroadcastOperator except(String... rooms) {
        return operator().except(rooms);
    }

    public BroadcastOperator local() {
        return operator().local();
    }

    /** Node's {@code volatile}. */
    public BroadcastOperator asVolatile() {
        return operator().asVolatile();
    }

    public BroadcastOperator compress(boolean compress) {
        return operator().compress(compress);
    }

    public BroadcastOperator timeout(Duration timeout) {
        return operator().timeout(timeout);
    }

    public CompletionStage<List<RemoteSocket>> fetchSockets() {
        return operator().fetchSockets();
    }

    public void socketsJoin(String... rooms) {
        operator().socketsJoin(rooms);
    }

    public void socketsLeave(String... rooms) {
        operator().socketsLeave(rooms);
    }

    public void disconnectSockets(boolean close) {
        operator().disconnectSockets(close);
    }

    /** Calls the {@link #onServerSide} listeners of the other nodes. */
    public void serverSideEmit(String event, @Nullable Object... arguments) {
        adapter.serverSideEmit(eventData(event, arguments));
    }

    @Override
    public String toString() {
        return "nsp=" + name;
    }

    // For sockets and operators

    BroadcastOperator operator() {
        return new BroadcastOperator(this, BroadcastOptions.ALL);
    }

    List<Middleware> middlewares() {
        return List.copyOf(middlewares);
    }

    Socket createSocket(Connection connection, JsonNode auth) {
        String id = connection.isLegacy() ? legacyId(connection) : RandomId.next();
        return new Socket(connection, this, id, auth, server.serialExecutor(connection.session()));
    }

    void add(Socket socket) {
        sockets.put(socket.id(), socket);
    }

    void remove(Socket socket) {
        sockets.remove(socket.id(), socket);
    }

    void fireConnection(Socket socket) {
        for (Consumer<Socket> listener : connectionListeners) {
            try {
                listener.accept(socket);
            } catch (RuntimeException e) {
                log.error("connection listener failed: {}", socket, e);
            }
        }
    }

    /** Shared by all sockets, so that one id can serve a broadcast. */
    long nextAckId() {
        return ackIds.getAndIncrement();
    }

    OutboundMessage encodeEvent(String event, long ackId, @Nullable Object[] arguments, BroadcastFlags flags) {
        return encode(eventData(event, arguments), ackId, flags);
    }

    static List<@Nullable Object> eventData(String event, @Nullable Object... arguments) {
        if (ReservedEvents.contains(event)) {
            throw new IllegalArgumentException("event: " + event + " (expected: a name that is not reserved)");
        }
        List<@Nullable Object> data = new ArrayList<>(arguments.length + 1);
        data.add(event);
        data.addAll(Arrays.asList(arguments));
        return data;
    }

    private OutboundMessage encode(List<@Nullable Object> data, long ackId, BroadcastFlags flags) {
        return server.encode(
                new SocketPacket.Event(name, ackId, data), flags.compress().orElse(true));
    }

    /** Clients of Socket.IO v2 and before take the id of their session, or one made of it. */
    private String legacyId(Connection connection) {
        String sessionId = connection.session().legacySocketId();
        return name.equals("/") ? sessionId : name + "#" + sessionId;
    }

    /** The namespace as its adapter sees it. */
    private final class Members implements LocalSockets {
        @Override
        public Collection<? extends LocalSocket> all() {
            return sockets.values();
        }

        @Override
        public void deliver(EventPacket packet, BroadcastFlags flags, Collection<? extends LocalSocket> receivers) {
            OutboundMessage message = encode(packet.data(), SocketPacket.NO_ID, flags);
            for (LocalSocket receiver : receivers) {
                Socket socket = (Socket) receiver;
                if (socket.takesBroadcasts()) {
                    socket.deliver(message, flags.isVolatile());
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
                    ackId, collector, flags.timeout().orElse(server.options().ackTimeout()));
            for (LocalSocket receiver : receivers) {
                Socket socket = (Socket) receiver;
                if (socket.takesBroadcasts()) {
                    acks.expect(socket);
                    socket.deliver(message, flags.isVolatile());
                }
            }
            acks.allAsked();
        }

        @Override
        public void serverSide(List<@Nullable Object> data, @Nullable Consumer<@Nullable Object> answer) {
            String event = String.valueOf(data.get(0));
            Arguments arguments = Arguments.of(data.subList(1, data.size()), server.mapper());
            Ack ack = answer == null ? NoAck.INSTANCE : new NodeAck(answer);
            for (EventListener listener : serverSideListeners.of(event)) {
                try {
                    listener.onEvent(arguments, ack);
                } catch (RuntimeException e) {
                    log.error("server-side listener failed: {}", name, e);
                }
            }
        }
    }
}
