package io.duet.netty;

import com.corundumstudio.socketio.BroadcastAckCallback;
import com.corundumstudio.socketio.BroadcastOperations;
import com.corundumstudio.socketio.SingleRoomBroadcastOperations;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.protocol.Packet;
import com.corundumstudio.socketio.protocol.PacketType;
import io.duet.socketio.BroadcastOperator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends to rooms, in one or in several namespaces, through Duet's operators: one encoding for all receivers, one copy for each, on all nodes.
 *
 * <p>What has to see a client can only be done on the node that has it: a predicate spares clients of this node only, and acknowledgements are
 * asked of this node's clients only, each by a packet of its own.
 */
final class FacadeBroadcast implements BroadcastOperations {
    private final List<FacadeNamespace> namespaces;

    /** {@code null}: everybody. */
    private final @Nullable Set<String> rooms;

    private FacadeBroadcast(Collection<FacadeNamespace> namespaces, @Nullable Set<String> rooms) {
        this.namespaces = List.copyOf(namespaces);
        this.rooms = rooms;
    }

    static BroadcastOperations everybody(Collection<FacadeNamespace> namespaces) {
        return new FacadeBroadcast(namespaces, null);
    }

    /** No room, nobody. */
    static BroadcastOperations rooms(Collection<FacadeNamespace> namespaces, String... rooms) {
        return new FacadeBroadcast(namespaces, Set.copyOf(List.of(rooms)));
    }

    /** The clients of this node. */
    @Override
    public Collection<SocketIOClient> getClients() {
        List<SocketIOClient> clients = new ArrayList<>();
        for (FacadeNamespace namespace : namespaces) {
            targets(namespace).ifPresent(targets -> clients.addAll(namespace.members(targets)));
        }
        return clients;
    }

    // To everybody that is meant

    @Override
    public void send(Packet packet) {
        if (FacadeClient.isEvent(packet)) {
            sendEvent(packet.getName(), FacadeClient.data(packet));
        } else if (packet.getSubType() == PacketType.DISCONNECT) {
            disconnect();
        } else {
            throw new IllegalArgumentException("packet: " + packet.getSubType() + " (expected: EVENT or DISCONNECT)");
        }
    }

    @Override
    public void sendEvent(String name, Object... data) {
        forEach((namespace, operator) -> operator).forEach(operator -> operator.emit(name, data));
    }

    /** On every node; what has no member is nobody. */
    @Override
    public void disconnect() {
        forEach((namespace, operator) -> operator).forEach(operator -> operator.disconnectSockets(false));
    }

    // With exceptions

    /** @param excludedClient if it is connected to several of the namespaces, it gets nothing in any of them */
    @Override
    public void sendEvent(String name, SocketIOClient excludedClient, Object... data) {
        forEach((namespace, operator) ->
                        namespace.socketId(excludedClient).map(operator::except).orElse(operator))
                .forEach(operator -> operator.emit(name, data));
    }

    @Override
    public void sendEvent(String name, Predicate<SocketIOClient> excludePredicate, Object... data) {
        forEach((namespace, operator) -> operator.except(excluded(namespace, excludePredicate)))
                .forEach(operator -> operator.emit(name, data));
    }

    // With acknowledgements: only the library's own operations can make the callbacks of single clients

    @Override
    public <T> void send(Packet packet, BroadcastAckCallback<T> ackCallback) {
        asking(client -> true).send(packet, ackCallback);
    }

    @Override
    public <T> void sendEvent(String name, Object data, BroadcastAckCallback<T> ackCallback) {
        asking(client -> true).sendEvent(name, data, ackCallback);
    }

    @Override
    public <T> void sendEvent(
            String name, Object data, SocketIOClient excludedClient, BroadcastAckCallback<T> ackCallback) {
        asking(client -> !isSame(client, excludedClient)).sendEvent(name, data, ackCallback);
    }

    @Override
    public <T> void sendEvent(
            String name, Object data, Predicate<SocketIOClient> excludePredicate, BroadcastAckCallback<T> ackCallback) {
        asking(excludePredicate.negate()).sendEvent(name, data, ackCallback);
    }

    private BroadcastOperations asking(Predicate<SocketIOClient> included) {
        List<SocketIOClient> asked = getClients().stream().filter(included).toList();
        return new SingleRoomBroadcastOperations(
                "", "", asked, namespaces.get(0).context().stores());
    }

    private static boolean isSame(SocketIOClient client, SocketIOClient other) {
        if (client instanceof FacadeClient ours && other instanceof FacadeClient theirs) {
            return ours.socket().conn() == theirs.socket().conn();
        }
        return client.getSessionId().equals(other.getSessionId());
    }

    private static String[] excluded(FacadeNamespace namespace, Predicate<SocketIOClient> predicate) {
        return namespace.getAllClients().stream()
                .filter(predicate)
                .map(namespace::socketId)
                .flatMap(Optional::stream)
                .toArray(String[]::new);
    }

    private List<BroadcastOperator> forEach(
            BiFunction<FacadeNamespace, BroadcastOperator, BroadcastOperator> refinement) {
        List<BroadcastOperator> operators = new ArrayList<>(namespaces.size());
        for (FacadeNamespace namespace : namespaces) {
            targets(namespace)
                    .map(targets -> namespace.target().to(targets.toArray(String[]::new)))
                    .ifPresent(operator -> operators.add(refinement.apply(namespace, operator)));
        }
        return operators;
    }

    /** The rooms as Duet's operators take them: none is everybody. Absent: nobody. */
    private Optional<Set<String>> targets(FacadeNamespace namespace) {
        if (rooms == null || rooms.contains(namespace.getName())) {
            return Optional.of(Set.of());
        }
        return rooms.isEmpty() ? Optional.empty() : Optional.of(rooms);
    }
}
