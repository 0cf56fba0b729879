package io.duet.adapter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The adapter of a cluster of one: rooms and broadcasts within this node. Every stage it returns is complete.
 *
 * <p>Adapters of real clusters hold one of these and add the other nodes to it.
 */
public final class InMemoryAdapter implements Adapter {
    private final RoomIndex index = new RoomIndex();
    private final LocalSockets sockets;

    public InMemoryAdapter(LocalSockets sockets) {
        this.sockets = sockets;
    }

    /** A factory for servers that stand alone. */
    public static AdapterFactory factory() {
        return (namespace, sockets) -> new InMemoryAdapter(sockets);
    }

    @Override
    public CompletionStage<Void> addAll(LocalSocket socket, Set<String> rooms) {
        index.addAll(socket, rooms);
        return done();
    }

    @Override
    public void del(LocalSocket socket, String room) {
        index.del(socket, room);
    }

    @Override
    public void delAll(LocalSocket socket) {
        index.delAll(socket);
    }

    @Override
    public Set<String> sockets(Set<String> rooms) {
        Set<String> ids = new LinkedHashSet<>();
        for (LocalSocket socket : select(new BroadcastOptions(rooms, Set.of(), BroadcastFlags.NONE))) {
            ids.add(socket.id());
        }
        return ids;
    }

    @Override
    public Set<String> socketRooms(String socketId) {
        return index.roomsOf(socketId);
    }

    @Override
    public Set<String> rooms() {
        return index.names();
    }

    @Override
    public void addRoomListener(RoomListener listener) {
        index.addListener(listener);
    }

    @Override
    public void broadcast(EventPacket packet, BroadcastOptions options) {
        sockets.deliver(packet, options.flags(), select(options));
    }

    @Override
    public void broadcastWithAck(EventPacket packet, BroadcastOptions options, AckCollector collector) {
        sockets.deliverWithAck(packet, options.flags(), select(options), collector);
    }

    @Override
    public void addSockets(BroadcastOptions options, Set<String> rooms) {
        select(options).forEach(socket -> socket.join(rooms));
    }

    @Override
    public void delSockets(BroadcastOptions options, Set<String> rooms) {
        select(options).forEach(socket -> socket.leave(rooms));
    }

    @Override
    public void disconnectSockets(BroadcastOptions options, boolean close) {
        select(options).forEach(socket -> socket.disconnect(close));
    }

    @Override
    public void serverSideEmit(List<@Nullable Object> data) {
        // There are no other nodes.
    }

    @Override
    public CompletionStage<List<SocketDetails>> fetchSockets(BroadcastOptions options) {
        List<SocketDetails> details = new ArrayList<>();
        select(options).forEach(socket -> details.add(socket.details()));
        return CompletableFuture.completedFuture(details);
    }

    @Override
    public CompletionStage<ServerSideAnswers> serverSideEmitWithAck(List<@Nullable Object> data, Duration timeout) {
        return CompletableFuture.completedFuture(ServerSideAnswers.NONE);
    }

    @Override
    public CompletionStage<Integer> serverCount() {
        return CompletableFuture.completedFuture(1);
    }

    @Override
    public CompletionStage<Set<String>> allRooms() {
        return CompletableFuture.completedFuture(rooms());
    }

    @Override
    public void persistSession(SessionState session) {
        // Nothing is kept: what is missed while away is not logged either.
    }

    @Override
    public CompletionStage<Optional<RestoredSession>> restoreSession(String privateId, String offset) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Void> close() {
        return done();
    }

    private Collection<? extends LocalSocket> select(BroadcastOptions options) {
        return index.select(options, sockets.all());
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }
}
