package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.HistoryRange;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.SessionState;
import io.duet.adapter.SocketDetails;
import io.duet.engineio.EngineSession;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.socketio.codec.SocketPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private final Namespace namespace;
    private final String id;
    private final Handshake handshake;
    private final boolean recovered;
    private final SocketLife life;
    private final SocketEvents events;
    private final PendingAcks acks = new PendingAcks();

    /** Made when it is asked for: many applications keep nothing here. */
    private volatile @Nullable Map<String, Object> data;

    Socket(
            Connection connection,
            Namespace namespace,
            SocketIdentity identity,
            Handshake handshake,
            SerialExecutor serial) {
        this.namespace = namespace;
        this.id = identity.socketId();
        this.handshake = handshake;
        this.recovered = identity.isRestored();
        if (!identity.data().isEmpty()) {
            this.data = new ConcurrentHashMap<>(identity.data());
        }
        this.events = new SocketEvents(this, serial);
        this.life = new SocketLife(this, connection, serial, identity);
    }

    /** 20 random URL-safe characters, public; a new one for each connection to a namespace, unless it was recovered. */
    @Override
    public String id() {
        return id;
    }

    /** Node's {@code nsp}. */
    public Namespace namespace() {
        return namespace;
    }

    /** What its client sent to connect. */
    public Handshake handshake() {
        return handshake;
    }

    /** The connection below, shared by all sockets of the client. */
    public EngineSession conn() {
        return life.connection().session();
    }

    /** The application's own data; what the server's mapper can write, other nodes see ({@code fetchSockets}). Safe for any thread. */
    public Map<String, Object> data() {
        Map<String, Object> made = data;
        return made == null ? makeData() : made;
    }

    private synchronized Map<String, Object> makeData() {
        Map<String, Object> made = data;
        if (made == null) {
            made = new ConcurrentHashMap<>(0);
            data = made;
        }
        return made;
    }

    /** From acceptance until the end of the {@code disconnecting} listeners. */
    @Override
    public boolean connected() {
        return life.isConnected();
    }

    /** The opposite of {@link #connected()}. */
    public boolean disconnected() {
        return !connected();
    }

    /** Whether its client was here before and has got its id, rooms, data and missed packets back. */
    public boolean recovered() {
        return recovered;
    }

    /** As {@link #identify(String, Object)} without metadata. */
    public CompletionStage<Void> identify(String userId) {
        return namespace.presence().identify(this, requireNonNull(userId, "userId"), null);
    }

    /**
     * Says whose this socket is; again for other metadata, or another user.
     *
     * @param metadata small, of this socket alone, shown to whoever asks; anything that can be written as JSON; copied
     * @return done when {@link Server#toUser} reaches this socket from every node, and {@link Presence} knows of it here, as of everybody who was
     *     identified elsewhere before; in a middleware without the latter. Waits while Redis is away
     * @throws IllegalArgumentException if the id is empty, or the metadata longer than 4,096 characters of JSON
     * @throws IllegalStateException if its namespace has no presence
     */
    public CompletionStage<Void> identify(String userId, Object metadata) {
        return namespace
                .presence()
                .identify(this, requireNonNull(userId, "userId"), requireNonNull(metadata, "metadata"));
    }

    // Listening

    /** Adds a listener of an event of the client. */
    public Socket on(String event, EventListener listener) {
        events.listeners.add(event, requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a listener that gets the first argument as an object of a class; events whose argument does not fit are dropped. */
    public <T> Socket on(String event, Class<T> type, TypedEventListener<T> listener) {
        requireNonNull(type, "type");
        requireNonNull(listener, "listener");
        return on(event, (arguments, ack) -> listener.onEvent(arguments.get(0, type), ack));
    }

    /** Adds a listener for the next such event only. */
    public Socket once(String event, EventListener listener) {
        events.listeners.addOnce(event, requireNonNull(listener, "listener"));
        return this;
    }

    /** Removes one registration of a listener. */
    public Socket off(String event, EventListener listener) {
        events.listeners.remove(event, listener);
        return this;
    }

    /** Removes all listeners of an event. */
    public Socket off(String event) {
        events.listeners.removeAll(event);
        return this;
    }

    /** Removes the listeners of all events. */
    public Socket removeAllListeners() {
        events.listeners.clear();
        return this;
    }

    /** The listeners of an event, in order. */
    public List<EventListener> listeners(String event) {
        return events.listeners.of(event);
    }

    /** Adds a listener of every event of the client. */
    public Socket onAny(AnyEventListener listener) {
        events.any.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** The same, in front of those that are there. */
    public Socket prependAny(AnyEventListener listener) {
        events.any.addFirst(requireNonNull(listener, "listener"));
        return this;
    }

    /** Removes the first registration of a catch-all listener; nothing happens if there is none. */
    public Socket offAny(AnyEventListener listener) {
        events.any.remove(listener);
        return this;
    }

    /** Removes all catch-all listeners. */
    public Socket offAny() {
        events.any.clear();
        return this;
    }

    /** The catch-all listeners, in the order in which they are called. A copy. */
    public List<AnyEventListener> listenersAny() {
        return events.any.copy();
    }

    /** Adds a listener of every event that is sent to the client. */
    public Socket onAnyOutgoing(OutgoingListener listener) {
        events.anyOutgoing.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** The same, in front of those that are there. */
    public Socket prependAnyOutgoing(OutgoingListener listener) {
        events.anyOutgoing.addFirst(requireNonNull(listener, "listener"));
        return this;
    }

    /** Removes the first registration of a listener of what is sent; nothing happens if there is none. */
    public Socket offAnyOutgoing(OutgoingListener listener) {
        events.anyOutgoing.remove(listener);
        return this;
    }

    /** Removes all listeners of what is sent. */
    public Socket offAnyOutgoing() {
        events.anyOutgoing.clear();
        return this;
    }

    /** The listeners of what is sent, in the order in which they are called. A copy. */
    public List<OutgoingListener> listenersAnyOutgoing() {
        return events.anyOutgoing.copy();
    }

    /** Adds a middleware for the events of the client. */
    public Socket use(EventMiddleware middleware) {
        events.middlewares.add(requireNonNull(middleware, "middleware"));
        return this;
    }

    /** Adds a listener of faults of the client's packets: refused by a middleware, malformed, or not fitting a listener's class. */
    public Socket onError(Consumer<SocketError> listener) {
        events.errorListeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a listener that is called when the socket leaves, while its rooms are still there. */
    public Socket onDisconnecting(DisconnectListener listener) {
        events.disconnecting.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a listener that is called when the socket has left. */
    public Socket onDisconnect(DisconnectListener listener) {
        events.disconnect.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Runs a task as listeners run: after those that run or wait now, one at a time; at once if called by one of them. */
    public void execute(Runnable task) {
        life.execute(requireNonNull(task, "task"));
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

    /** The same as {@link #send}. */
    public Socket write(@Nullable Object... arguments) {
        return send(arguments);
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

    /** Everybody in these rooms but this socket. */
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
        return life.join(Set.copyOf(Arrays.asList(rooms)));
    }

    /**
     * Joins a room that has a history ({@link ServerBuilder#history}). Its client gets what was broadcast to the room last as it was broadcast, then
     * all that comes, without a gap and each once; what is broadcast to this socket otherwise waits until then. One that is in the room gets
     * nothing anew; what the room shares with another room of the socket can come twice.
     *
     * @param limit how many past events at most, 1 to 10,000
     * @return done when they have been sent; fails if the room has no history, or it cannot be read: the socket is in the room then
     */
    public CompletionStage<Void> joinWithHistory(String room, int limit) {
        return life.joinWithHistory(requireNonNull(room, "room"), HistoryRange.last(limit));
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
        life.join(rooms);
    }

    @Override
    public void leave(Set<String> rooms) {
        rooms.forEach(room -> namespace.adapter().del(this, room));
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
        life.disconnect(close);
    }

    @Override
    public SocketDetails details() {
        return new SocketDetails(id, handshake.toJson(), rooms(), dataTree());
    }

    @Override
    public Optional<SessionState> session() {
        return life.session();
    }

    @Override
    public void supersede() {
        life.supersede();
    }

    @Override
    public String toString() {
        return "socket=" + id + " nsp=" + namespace.name();
    }

    // For the operators

    void emit(BroadcastFlags flags, String event, @Nullable Object... arguments) {
        List<@Nullable Object> packetData = Namespace.eventData(event, arguments);
        if (!life.canSend()) {
            return;
        }
        if (namespace.recovers() && life.takesBroadcasts()) {
            // So that it is kept: a broadcast to the room of this socket alone.
            namespace
                    .adapter()
                    .broadcast(new EventPacket(namespace.name(), packetData), BroadcastOptions.socket(id, flags));
            return;
        }
        OutboundMessage message = namespace.encode(packetData, SocketPacket.NO_ID, flags);
        events.fireOutgoing(packetData);
        life.send(message, flags.isVolatile());
    }

    CompletionStage<Arguments> emitWithAck(BroadcastFlags flags, String event, @Nullable Object... arguments) {
        List<@Nullable Object> packetData = Namespace.eventData(event, arguments);
        long ackId = namespace.nextAckId();
        OutboundMessage message = namespace.encode(packetData, ackId, flags);
        SingleAck ack = new SingleAck(namespace.server().mapper(), namespace.counters());
        flags.timeout().ifPresent(limit -> ack.limit(limit, conn(), life::execute));
        ack.whenDone(() -> acks.remove(ackId));
        acks.add(ackId, ack);
        if (life.canSend()) {
            events.fireOutgoing(packetData);
            life.send(message, flags.isVolatile());
        } else {
            ack.lost();
        }
        return ack.answer();
    }

    // For the namespace, the connection and the parts of this socket

    /** A copy of {@link #data()} as it is now. */
    JsonNode dataTree() {
        Map<String, Object> made = data;
        return namespace.dataTree(made == null ? Map.of() : made);
    }

    SocketLife life() {
        return life;
    }

    SocketEvents events() {
        return events;
    }

    PendingAcks acks() {
        return acks;
    }

    /** Broadcasts concern accepted sockets only. */
    boolean takesBroadcasts() {
        return life.takesBroadcasts();
    }

    /** Sends a broadcast's message, shared with other sockets. */
    void deliver(OutboundMessage message, boolean isVolatile, EventPacket packet) {
        events.fireOutgoing(packet.data());
        life.deliver(message, isVolatile, packet.offset());
    }

    /** Answers an event; any thread. */
    void answer(long ackId, @Nullable Object... values) {
        if (life.canSend()) {
            List<@Nullable Object> list = new ArrayList<>(Arrays.asList(values));
            life.connection().send(new SocketPacket.Ack(namespace.name(), ackId, list));
        }
    }

    Arguments arguments(List<@Nullable Object> values) {
        return Arguments.of(values, namespace.server().mapper());
    }
}
