package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.SocketDetails;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.socketio.codec.SocketPacket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client in one namespace.
 *
 * <p>Sending: what one thread sends arrives in that order, at most once; what is sent to a socket that has left is dropped. Values are encoded
 * before the call returns, with the server's Jackson mapper; {@code byte[]} and {@code ByteBuffer} at any depth travel as binary attachments.
 *
 * <p>Listening: listeners, middlewares and callbacks of one socket run one at a time, in order. What a listener registered within
 * {@code onConnection} is for cannot arrive before it is registered.
 */
public final class Socket implements LocalSocket {
    private static final Logger log = LoggerFactory.getLogger(Socket.class);

    private enum State {
        /** In its middlewares: not in the namespace, out of reach of broadcasts. */
        PENDING,
        CONNECTED,
        /** Gone for the client; {@code disconnecting} listeners still see its rooms. */
        DISCONNECTING,
        DISCONNECTED
    }

    private final Connection connection;
    private final Namespace namespace;
    private final String id;
    private final Handshake handshake;
    private final SerialExecutor serial;
    private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);
    private final Map<String, Object> data = new ConcurrentHashMap<>(0);
    private final EventListeners listeners = new EventListeners();
    private final Map<Long, PendingAck> pendingAcks = new ConcurrentHashMap<>(0);
    private final List<DisconnectListener> disconnectingListeners = new ArrayList<>(0);
    private final List<DisconnectListener> disconnectListeners = new ArrayList<>(0);

    Socket(Connection connection, Namespace namespace, String id, JsonNode auth, SerialExecutor serial) {
        this.connection = connection;
        this.namespace = namespace;
        this.id = id;
        this.handshake = new Handshake(connection.session().request(), auth, Instant.now());
        this.serial = serial;
    }

    /** 20 random URL-safe characters, public; a new one for each connection to a namespace. */
    @Override
    public String id() {
        return id;
    }

    public Namespace namespace() {
        return namespace;
    }

    public Handshake handshake() {
        return handshake;
    }

    /** The application's own data of this socket; visible to other nodes through {@code fetchSockets}. Safe for any thread. */
    public Map<String, Object> data() {
        return data;
    }

    /** From acceptance until the end of the {@code disconnecting} listeners. */
    public boolean connected() {
        State now = state.get();
        return now == State.CONNECTED || now == State.DISCONNECTING;
    }

    // Listening

    /** Adds a listener of an event of the client. */
    public Socket on(String event, EventListener listener) {
        listeners.add(event, requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a listener that gets the first argument as an object of a class; events whose argument does not fit are dropped. */
    public <T> Socket on(String event, Class<T> type, TypedEventListener<T> listener) {
        requireNonNull(type, "type");
        requireNonNull(listener, "listener");
        return on(event, (arguments, ack) -> listener.onEvent(arguments.get(0, type), ack));
    }

    /** Removes one registration of a listener. */
    public Socket off(String event, EventListener listener) {
        listeners.remove(event, listener);
        return this;
    }

    /** Removes all listeners of an event. */
    public Socket off(String event) {
        listeners.removeAll(event);
        return this;
    }

    /** Adds a listener that is called when the socket leaves, while its rooms are still there. */
    public Socket onDisconnecting(DisconnectListener listener) {
        synchronized (disconnectingListeners) {
            disconnectingListeners.add(requireNonNull(listener, "listener"));
        }
        return this;
    }

    /** Adds a listener that is called when the socket has left. */
    public Socket onDisconnect(DisconnectListener listener) {
        synchronized (disconnectListeners) {
            disconnectListeners.add(requireNonNull(listener, "listener"));
        }
        return this;
    }

    // Sending

    /**
     * Sends an event to this client.
     *
     * @throws IllegalArgumentException if the name is reserved or a value cannot be encoded
     */
    public Socket emit(String event, @Nullable Object... arguments) {
        emit(BroadcastFlags.NONE, event, arguments);
        return this;
    }

    /** As {@code emit("message", arguments)}. */
    public Socket send(@Nullable Object... arguments) {
        return emit("message", arguments);
    }

    /**
     * Sends an event and asks for an acknowledgement.
     *
     * @return what the client answers; fails with {@link AckTimeoutException} when the client leaves first. Without {@link #timeout} there is
     *     no other limit.
     */
    public CompletionStage<Arguments> emitWithAck(String event, @Nullable Object... arguments) {
        return emitWithAck(BroadcastFlags.NONE, event, arguments);
    }

    /** Sends with a limit for the acknowledgement. */
    public SocketOperator timeout(Duration timeout) {
        return new SocketOperator(this, BroadcastFlags.NONE.withTimeout(timeout));
    }

    /** Node's {@code volatile}: what is sent is dropped if the transport is not writable at that moment. */
    public SocketOperator asVolatile() {
        return new SocketOperator(this, BroadcastFlags.NONE.withVolatile());
    }

    /** Whether what is sent may be compressed. */
    public SocketOperator compress(boolean compress) {
        return new SocketOperator(this, BroadcastFlags.NONE.withCompress(compress));
    }

    /** Everybody in the namespace but this socket. */
    public BroadcastOperator broadcast() {
        return namespace.operator().except(id);
    }

    /** Everybody in this room but this socket. */
    public BroadcastOperator to(String... rooms) {
        return broadcast().to(rooms);
    }

    /** The same as {@link #to}. */
    public BroadcastOperator in(String... rooms) {
        return to(rooms);
    }

    /** Everybody but this socket and the members of these rooms. */
    public BroadcastOperator except(String... rooms) {
        return broadcast().except(rooms);
    }

    /** Everybody on this node but this socket. */
    public BroadcastOperator local() {
        return broadcast().local();
    }

    // Rooms

    /**
     * Joins rooms. Broadcasts of this node reach the socket once this returns.
     *
     * @return done when broadcasts of the whole cluster do
     */
    public CompletionStage<Void> join(String... rooms) {
        return joinAll(Set.of(rooms));
    }

    /** Leaves a room. */
    public void leave(String room) {
        leave(Set.of(room));
    }

    /** The rooms this socket is in, its own id among them. A copy. */
    public Set<String> rooms() {
        return namespace.adapter().socketRooms(id);
    }

    @Override
    public void join(Set<String> rooms) {
        joinAll(rooms);
    }

    @Override
    public void leave(Set<String> rooms) {
        rooms.forEach(room -> namespace.adapter().del(this, room));
    }

    private CompletionStage<Void> joinAll(Set<String> rooms) {
        // Under the same lock as the final leaving of all rooms: nobody can be put back into a room afterwards.
        synchronized (state) {
            if (state.get() == State.DISCONNECTED) {
                return CompletableFuture.completedFuture(null);
            }
            return namespace.adapter().addAll(this, rooms);
        }
    }

    // Leaving

    /** Leaves the namespace; the connection stays. */
    public void disconnect() {
        disconnect(false);
    }

    /**
     * Leaves the namespace. {@code disconnecting} and {@code disconnect} listeners run before this returns if it is called from a listener
     * of this socket, otherwise soon.
     *
     * @param close whether all other sockets of this client leave too and the connection is closed behind them
     */
    @Override
    public void disconnect(boolean close) {
        if (state.compareAndSet(State.CONNECTED, State.DISCONNECTING)) {
            connection.send(new SocketPacket.Disconnect(namespace.name()));
            finish(DisconnectReason.SERVER_NAMESPACE_DISCONNECT, "");
            connection.leave(this, close);
        }
    }

    @Override
    public SocketDetails details() {
        return new SocketDetails(
                id, handshake.toJson(), rooms(), namespace.server().toTree(data));
    }

    @Override
    public String toString() {
        return "socket=" + id + " nsp=" + namespace.name();
    }

    // For the operators

    void emit(BroadcastFlags flags, String event, @Nullable Object... arguments) {
        if (canSend()) {
            deliver(namespace.encodeEvent(event, SocketPacket.NO_ID, arguments, flags), flags.isVolatile());
        }
    }

    CompletionStage<Arguments> emitWithAck(BroadcastFlags flags, String event, @Nullable Object... arguments) {
        long ackId = namespace.nextAckId();
        OutboundMessage message = namespace.encodeEvent(event, ackId, arguments, flags);
        SingleAck ack = new SingleAck(namespace.server().mapper());
        CompletableFuture<Arguments> answer = ack.future();
        flags.timeout().ifPresent(limit -> ack.limit(limit, connection.session().executor()));
        answer.whenComplete((values, failure) -> pendingAcks.remove(ackId));
        expectAck(ackId, ack);
        if (!canSend() || !deliver(message, flags.isVolatile())) {
            ack.lost();
        }
        return answer;
    }

    // For the namespace

    boolean canSend() {
        State now = state.get();
        return now == State.CONNECTED || now == State.PENDING;
    }

    boolean isAccepted() {
        return state.get() != State.PENDING;
    }

    boolean deliver(OutboundMessage message, boolean isVolatile) {
        return connection.send(message, isVolatile);
    }

    /** Broadcasts concern accepted sockets only. */
    boolean takesBroadcasts() {
        return state.get() == State.CONNECTED;
    }

    void expectAck(long ackId, PendingAck ack) {
        pendingAcks.put(ackId, ack);
        if (state.get() == State.DISCONNECTED && pendingAcks.remove(ackId, ack)) {
            ack.lost();
        }
    }

    void forgetAck(long ackId) {
        pendingAcks.remove(ackId);
    }

    // For the connection; on the session's event loop unless said otherwise

    void runMiddlewares() {
        Iterator<Middleware> middlewares = namespace.middlewares().iterator();
        serial.execute(() -> runNext(middlewares));
    }

    /** The client has been told; from now on the socket is part of its namespace. */
    void onAccepted() {
        state.set(State.CONNECTED);
        namespace.add(this);
        joinAll(Set.of(id));
        serial.execute(() -> namespace.fireConnection(this));
    }

    /** The socket was refused, or its client left before it was accepted. */
    void discard() {
        synchronized (state) {
            state.set(State.DISCONNECTED);
            namespace.adapter().delAll(this);
        }
        loseAcks();
    }

    void onEvent(SocketPacket.Event event, int size) {
        serial.execute(() -> {
            try {
                dispatch(event);
            } finally {
                connection.handled(size);
            }
        });
    }

    void onAck(SocketPacket.Ack ack) {
        PendingAck pending = pendingAcks.remove(ack.id());
        if (pending != null) {
            serial.execute(() -> pending.answered(ack.data()));
        }
    }

    void onClientDisconnect() {
        onConnectionClosed(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT, "");
    }

    void onConnectionClosed(DisconnectReason reason, String description) {
        if (state.compareAndSet(State.CONNECTED, State.DISCONNECTING)) {
            finish(reason, description);
        } else if (state.get() == State.PENDING) {
            discard();
        }
    }

    void onError(String fault) {
        log.debug("{}: {}", this, fault);
    }

    private void runNext(Iterator<Middleware> middlewares) {
        if (!middlewares.hasNext()) {
            connection.accept(this);
            return;
        }
        Middleware middleware = middlewares.next();
        try {
            middleware.handle(this, new Decision(middlewares));
        } catch (RuntimeException e) {
            log.error("middleware failed, socket refused: {}", this, e);
            connection.refuse(this, "Internal server error", null);
        }
    }

    private void dispatch(SocketPacket.Event event) {
        if (state.get() != State.CONNECTED) {
            return;
        }
        JsonNode name = (JsonNode) requireNonNull(event.data().get(0), "event name");
        List<EventListener> called = listeners.of(name.asText());
        if (called.isEmpty()) {
            return;
        }
        Arguments arguments = Arguments.of(
                event.data().subList(1, event.data().size()), namespace.server().mapper());
        Ack ack = event.id() == SocketPacket.NO_ID ? NoAck.INSTANCE : new ClientAck(this, event.id());
        for (EventListener listener : called) {
            try {
                listener.onEvent(arguments, ack);
            } catch (RuntimeException e) {
                log.error("listener failed: {}", this, e);
            }
        }
    }

    /** Answers an event; any thread. */
    void answer(long ackId, @Nullable Object... values) {
        if (canSend()) {
            List<@Nullable Object> list = new ArrayList<>(Arrays.asList(values));
            connection.send(new SocketPacket.Ack(namespace.name(), ackId, list));
        }
    }

    /** The socket was taken out of its state of being connected: tells the listeners and cleans up, in their order. */
    private void finish(DisconnectReason reason, String description) {
        serial.execute(() -> {
            fire(disconnectingListeners, reason, description);
            synchronized (state) {
                state.set(State.DISCONNECTED);
                namespace.adapter().delAll(this);
            }
            namespace.remove(this);
            loseAcks();
            fire(disconnectListeners, reason, description);
        });
    }

    private void fire(List<DisconnectListener> registered, DisconnectReason reason, String description) {
        List<DisconnectListener> called;
        synchronized (registered) {
            called = new ArrayList<>(registered);
        }
        for (DisconnectListener listener : called) {
            try {
                listener.onDisconnect(reason, description);
            } catch (RuntimeException e) {
                log.error("listener failed: {}", this, e);
            }
        }
    }

    private void loseAcks() {
        Collection<PendingAck> lost = new LinkedHashSet<>(pendingAcks.values());
        pendingAcks.clear();
        lost.forEach(PendingAck::lost);
    }

    /** One middleware's decision. */
    private final class Decision implements Middleware.Next {
        private final AtomicReference<@Nullable Iterator<Middleware>> rest;

        Decision(Iterator<Middleware> rest) {
            this.rest = new AtomicReference<>(rest);
        }

        @Override
        public void accept() {
            Iterator<Middleware> next = rest.getAndSet(null);
            if (next != null) {
                serial.execute(() -> runNext(next));
            }
        }

        @Override
        public void refuse(String message) {
            if (rest.getAndSet(null) != null) {
                connection.refuse(Socket.this, message, null);
            }
        }

        @Override
        public void refuse(String message, Object details) {
            if (rest.getAndSet(null) != null) {
                connection.refuse(Socket.this, message, namespace.server().toTree(details));
            }
        }
    }
}
