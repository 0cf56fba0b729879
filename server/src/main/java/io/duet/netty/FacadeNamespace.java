package io.duet.netty;

import com.corundumstudio.socketio.BroadcastOperations;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.listener.PingListener;
import com.corundumstudio.socketio.listener.PongListener;
import com.corundumstudio.socketio.protocol.Packet;
import io.duet.engineio.EngineSession;
import io.duet.socketio.Ack;
import io.duet.socketio.Arguments;
import io.duet.socketio.Namespace;
import io.duet.socketio.Socket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A namespace of the library on one of ours. Listeners, annotations and interceptors are the library's; clients and rooms are looked up in
 * Duet's namespace, whose rooms these are: the library's own index stays empty.
 */
final class FacadeNamespace extends com.corundumstudio.socketio.namespace.Namespace {
    private final FacadeContext context;
    private final EventTypes types;
    private final Namespace target;
    private final Map<UUID, SocketIOClient> clients = new ConcurrentHashMap<>();
    private final Map<String, FacadeClient> bySocketId = new ConcurrentHashMap<>();
    private final Map<EngineSession, FacadeClient> bySession = new ConcurrentHashMap<>();

    /** Whether anybody wants to hear of heartbeats. */
    private volatile boolean heartbeatsWanted;

    FacadeNamespace(FacadeContext context, String name, Namespace target) {
        this(context, name, target, new EventTypes());
    }

    private FacadeNamespace(FacadeContext context, String name, Namespace target, EventTypes types) {
        super(name, context.configuration(types));
        this.context = context;
        this.types = types;
        this.target = target;
    }

    FacadeContext context() {
        return context;
    }

    Namespace target() {
        return target;
    }

    // Sockets

    /** A socket was accepted. */
    void enter(FacadeClient client) {
        Socket socket = client.socket();
        clients.put(client.getSessionId(), client);
        bySocketId.put(socket.id(), client);
        bySession.put(socket.conn(), client);
        socket.onDisconnecting((reason, description) -> client.leaving());
        socket.onDisconnect((reason, description) -> client.onDisconnect());
        onConnect(client);
    }

    /** A socket leaves. */
    void exit(FacadeClient client) {
        Socket socket = client.socket();
        clients.remove(client.getSessionId(), client);
        bySocketId.remove(socket.id(), client);
        bySession.remove(socket.conn(), client);
    }

    void receive(FacadeClient client, String event, Arguments arguments, Ack ack) {
        onEvent(client, event, types.convert(event, arguments), new FacadeAck(ack, client));
    }

    void heartbeat(EngineSession session) {
        FacadeClient client = heartbeatsWanted ? bySession.get(session) : null;
        if (client != null) {
            client.heartbeat();
        }
    }

    /** The id here of a client that may be one of another namespace: its socket over the same connection. */
    Optional<String> socketId(SocketIOClient client) {
        FacadeClient found;
        if (client instanceof FacadeClient ours) {
            found = bySession.get(ours.socket().conn());
        } else {
            found = clients.get(client.getSessionId()) instanceof FacadeClient same ? same : null;
        }
        return Optional.ofNullable(found).map(one -> one.socket().id());
    }

    /** The clients of this node that are in any of these rooms, each once. */
    List<SocketIOClient> members(Set<String> rooms) {
        List<SocketIOClient> members = new ArrayList<>();
        for (String id : target.adapter().sockets(rooms)) {
            FacadeClient client = bySocketId.get(id);
            if (client != null) {
                members.add(client);
            }
        }
        return members;
    }

    /** Called by a client's constructor, too early: it enters when it was accepted. */
    @Override
    public void addClient(SocketIOClient client) {}

    @Override
    public Collection<SocketIOClient> getAllClients() {
        return Collections.unmodifiableCollection(clients.values());
    }

    @Override
    public @Nullable SocketIOClient getClient(UUID uuid) {
        return clients.get(uuid);
    }

    // Rooms

    @Override
    public BroadcastOperations getBroadcastOperations() {
        return FacadeBroadcast.everybody(List.of(this));
    }

    @Override
    public BroadcastOperations getRoomOperations(String room) {
        return FacadeBroadcast.rooms(List.of(this), room);
    }

    @Override
    public BroadcastOperations getRoomOperations(String... rooms) {
        return FacadeBroadcast.rooms(List.of(this), rooms);
    }

    @Override
    public Iterable<SocketIOClient> getRoomClients(String room) {
        return getRoomOperations(room).getClients();
    }

    /** Of this node: what other nodes have can only be asked for asynchronously, by {@code io().in(room).fetchSockets()}. */
    @Override
    public int getRoomClientsInCluster(String room) {
        return getRoomOperations(room).getClients().size();
    }

    /** The rooms that have a member on this node. */
    @Override
    public Set<String> getRooms() {
        Set<String> rooms = new LinkedHashSet<>(target.adapter().rooms());
        rooms.removeAll(bySocketId.keySet());
        if (!clients.isEmpty()) {
            rooms.add(getName());
        }
        return rooms;
    }

    @Override
    public Set<String> getRooms(SocketIOClient client) {
        return client.getAllRooms();
    }

    @Override
    public void joinRoom(String room, UUID sessionId) {
        join(room, sessionId);
    }

    @Override
    public void joinRooms(Set<String> rooms, UUID sessionId) {
        SocketIOClient client = clients.get(sessionId);
        if (client != null) {
            client.joinRooms(rooms);
        }
    }

    @Override
    public void leaveRoom(String room, UUID sessionId) {
        leave(room, sessionId);
    }

    @Override
    public void leaveRooms(Set<String> rooms, UUID sessionId) {
        SocketIOClient client = clients.get(sessionId);
        if (client != null) {
            client.leaveRooms(rooms);
        }
    }

    /** The library puts every client into a room that is called like the namespace; here everybody is in it anyway. */
    @Override
    public void join(String room, UUID sessionId) {
        if (!room.equals(getName())) {
            joinRooms(Set.of(room), sessionId);
        }
    }

    @Override
    public void leave(String room, UUID sessionId) {
        leaveRooms(Set.of(room), sessionId);
    }

    @Override
    public void dispatch(String room, Packet packet) {
        getRoomOperations(room).send(packet);
    }

    // Heartbeats

    @Override
    @SuppressWarnings("deprecation")
    public void addPingListener(PingListener listener) {
        super.addPingListener(listener);
        heartbeatsWanted = true;
    }

    @Override
    public void addPongListener(PongListener listener) {
        super.addPongListener(listener);
        heartbeatsWanted = true;
    }

    // Identity is that of the library: the name.

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
