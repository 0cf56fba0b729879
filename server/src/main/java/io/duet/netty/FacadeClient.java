package io.duet.netty;

import com.corundumstudio.socketio.AckCallback;
import com.corundumstudio.socketio.MultiTypeAckCallback;
import com.corundumstudio.socketio.MultiTypeArgs;
import com.corundumstudio.socketio.protocol.Packet;
import com.corundumstudio.socketio.protocol.PacketType;
import com.corundumstudio.socketio.transport.NamespaceClient;
import io.duet.socketio.Ack;
import io.duet.socketio.AnyEventListener;
import io.duet.socketio.Arguments;
import io.duet.socketio.Socket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Socket} as the library's listeners get it. Rooms, acknowledgements and connection are the socket's; only the store is kept here. */
final class FacadeClient extends NamespaceClient {
    private static final Logger log = LoggerFactory.getLogger(FacadeClient.class);

    private final FacadeHead head;
    private final FacadeNamespace namespace;
    private final Socket socket;

    /** The rooms that the socket had when it left; {@code null} before. */
    private volatile @Nullable Set<String> lastRooms;

    private FacadeClient(FacadeHead head, FacadeNamespace namespace) {
        super(head, namespace);
        this.head = head;
        this.namespace = namespace;
        this.socket = head.socket();
        head.client(this);
    }

    /** Makes the client of a socket and attaches it to the socket, so that {@link #of} finds it. */
    static FacadeClient create(FacadeNamespace namespace, Socket socket) {
        FacadeContext context = namespace.context();
        FacadeHead head = new FacadeHead(socket, context, Handshakes.of(socket.handshake(), context.mapper()));
        FacadeClient client = new FacadeClient(head, namespace);
        socket.onAny(new Forwarder(client));
        return client;
    }

    /** The client of a socket; empty if none was made. */
    static Optional<FacadeClient> of(Socket socket) {
        return socket.listenersAny().stream()
                .filter(Forwarder.class::isInstance)
                .map(listener -> ((Forwarder) listener).client)
                .findFirst();
    }

    Socket socket() {
        return socket;
    }

    // Sending

    @Override
    public void sendEvent(String name, Object... data) {
        if (head.isConnected()) {
            socket.emit(name, data);
        }
    }

    @Override
    public void sendEvent(String name, AckCallback<?> ackCallback, Object... data) {
        ask(name, ackCallback, data);
    }

    /** @throws IllegalArgumentException if it is neither an event nor a disconnection: what else there is, Duet sends itself */
    @Override
    public void send(Packet packet) {
        if (isEvent(packet)) {
            sendEvent(packet.getName(), data(packet));
        } else if (packet.getSubType() == PacketType.DISCONNECT) {
            disconnect();
        } else {
            throw new IllegalArgumentException("packet: " + packet.getSubType() + " (expected: EVENT or DISCONNECT)");
        }
    }

    @Override
    public void send(Packet packet, AckCallback<?> ackCallback) {
        if (!isEvent(packet)) {
            throw new IllegalArgumentException("packet: " + packet.getSubType() + " (expected: EVENT)");
        }
        ask(packet.getName(), ackCallback, data(packet));
    }

    static boolean isEvent(Packet packet) {
        return packet.getSubType() == PacketType.EVENT || packet.getSubType() == PacketType.BINARY_EVENT;
    }

    static @Nullable Object[] data(Packet packet) {
        Object data = packet.getData();
        if (data instanceof List<?> list) {
            return list.toArray();
        }
        return data == null ? new Object[0] : new Object[] {data};
    }

    // Rooms

    @Override
    public void joinRoom(String room) {
        joinRooms(Set.of(room));
    }

    @Override
    public void joinRooms(Set<String> rooms) {
        socket.join(rooms);
    }

    @Override
    public void leaveRoom(String room) {
        leaveRooms(Set.of(room));
    }

    @Override
    public void leaveRooms(Set<String> rooms) {
        socket.leave(rooms);
    }

    /**
     * The rooms of the socket, and, as ever in this API, one that is called like the namespace and has everybody in it. In a disconnect
     * listener those that the socket has just left. A copy.
     */
    @Override
    public Set<String> getAllRooms() {
        Set<String> last = lastRooms;
        return last == null ? currentRooms() : last;
    }

    /** How many clients of this node are in a room. */
    @Override
    public int getCurrentRoomSize(String room) {
        return namespace.getRoomClientsInCluster(room);
    }

    // Leaving

    /** Leaves the namespace at once: it gets nothing more, is in no list, and its disconnect listeners run. */
    @Override
    public void disconnect() {
        if (head.isConnected()) {
            leave();
            socket.disconnect();
        }
    }

    /** The socket is about to leave; its rooms are still there. */
    void leaving() {
        lastRooms = currentRooms();
        leave();
    }

    private void leave() {
        head.shut();
        namespace.exit(this);
    }

    private Set<String> currentRooms() {
        Set<String> rooms = new LinkedHashSet<>();
        rooms.add(namespace.getName());
        rooms.addAll(socket.rooms());
        rooms.remove(socket.id());
        return rooms;
    }

    // Heartbeats

    /** A heartbeat was answered or, by clients of version 2, begun. */
    void heartbeat() {
        socket.execute(() -> {
            if (head.isPinging()) {
                namespace.onPing(this);
            } else {
                namespace.onPong(this);
            }
        });
    }

    // Acknowledgements

    private <T> void ask(String name, AckCallback<T> callback, @Nullable Object... data) {
        if (!head.isConnected()) {
            callback.onTimeout();
            return;
        }
        int seconds = callback.getTimeout();
        CompletionStage<Arguments> answer = seconds < 0
                ? socket.emitWithAck(name, data)
                : socket.timeout(Duration.ofMillis(Math.max(1, seconds * 1000L)))
                        .emitWithAck(name, data);
        answer.whenComplete((values, failure) -> socket.execute(() -> {
            if (failure != null) {
                guarded(null, callback::onTimeout);
            } else {
                guarded(values, () -> callback.onSuccess(result(callback, values)));
            }
        }));
    }

    @SuppressWarnings("unchecked")
    private static <T> @Nullable T result(AckCallback<T> callback, Arguments values) {
        if (callback instanceof MultiTypeAckCallback several) {
            return (T) new MultiTypeArgs(EventTypes.convert(values, List.of(several.getResultClasses())));
        }
        return callback.getResultClass() == Void.class ? null : values.get(0, callback.getResultClass());
    }

    private void guarded(@Nullable Arguments arguments, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            List<@Nullable Object> values = arguments == null ? List.of() : arguments.toList();
            namespace.context().exceptionListener().onEventException(e, values, this);
        } catch (Error e) {
            log.error("listener failed: {}", socket, e);
        }
    }

    /** Hands the events of the client to the library's namespace; holds the client for {@link #of}. */
    private static final class Forwarder implements AnyEventListener {
        private final FacadeClient client;

        Forwarder(FacadeClient client) {
            this.client = client;
        }

        @Override
        public void onEvent(String event, Arguments arguments, Ack ack) {
            client.guarded(arguments, () -> client.namespace.receive(client, event, arguments, ack));
        }
    }

    // Identity is that of the library: the session id within the namespace.

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
