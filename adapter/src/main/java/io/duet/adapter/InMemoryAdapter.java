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
 * The adapter of a cluster of one: rooms, broadcasts and connection state recovery within this node. Every stage it returns is complete.
 *
 * <p>Adapters of real clusters hold one of these and add the other nodes to it.
 */
public final class InMemoryAdapter implements Adapter {
    private final RoomIndex index = new RoomIndex();
    private final LocalSockets sockets;
    private final boolean recovers;
    private final @Nullable PacketLog log;

    /** With connection state recovery and histories, as the server wants them. */
    public InMemoryAdapter(LocalSockets sockets) {
        this(sockets, sockets.recovery(), sockets.history());
    }

    /** For an adapter of a cluster, which knows better how to keep what. */
    public static InMemoryAdapter keepingNothing(LocalSockets sockets) {
        return new InMemoryAdapter(sockets, Optional.empty(), HistoryOptions.NONE);
    }

    private InMemoryAdapter(LocalSockets sockets, Optional<RecoveryOptions> recovery, HistoryOptions history) {
        this.sockets = sockets;
        this.recovers = recovery.isPresent();
        this.log = recovers || !history.isNone()
                ? new PacketLog(
                        recovery.orElse(null),
                        new RoomHistories(history, sockets.mapper(), System::nanoTime),
                        System::nanoTime)
                : null;
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
        for (LocalSocket socket : connected(new BroadcastOptions(rooms, Set.of(), BroadcastFlags.NONE))) {
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
    public int roomCount() {
        return index.size();
    }

    /** Whether a socket of this node is in the room. */
    public boolean hasRoom(String room) {
        return index.contains(room);
    }

    @Override
    public void addRoomListener(RoomListener listener) {
        index.addListener(listener);
    }

    @Override
    public void broadcast(EventPacket packet, BroadcastOptions options) {
        PacketLog kept = log;
        if (kept == null) {
            sockets.deliver(packet, options.flags(), select(options));
        } else {
            kept.inOrder(() -> broadcast(kept, packet, options));
        }
    }

    @Override
    public void broadcastWithAck(EventPacket packet, BroadcastOptions options, AckCollector collector) {
        sockets.deliverWithAck(packet, options.flags(), select(options), collector);
    }

    @Override
    public void addSockets(BroadcastOptions options, Set<String> rooms) {
        connected(options).forEach(socket -> socket.join(rooms));
    }

    @Override
    public void delSockets(BroadcastOptions options, Set<String> rooms) {
        connected(options).forEach(socket -> socket.leave(rooms));
    }

    @Override
    public void disconnectSockets(BroadcastOptions options, boolean close) {
        connected(options).forEach(socket -> socket.disconnect(close));
    }

    @Override
    public void serverSideEmit(List<@Nullable Object> data) {
        // There are no other nodes.
    }

    @Override
    public CompletionStage<List<SocketDetails>> fetchSockets(BroadcastOptions options) {
        List<SocketDetails> details = new ArrayList<>();
        connected(options).forEach(socket -> details.add(socket.details()));
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
    public String position() {
        return log == null || !recovers ? "" : log.position();
    }

    @Override
    public void persistSession(SessionState session) {
        if (log != null && recovers) {
            log.keep(session);
        }
    }

    @Override
    public CompletionStage<Optional<SessionState>> restoreSession(String privateId, Optional<String> offset) {
        return CompletableFuture.completedFuture(log == null ? Optional.empty() : log.take(privateId, offset));
    }

    @Override
    public CompletionStage<List<EventPacket>> missedPackets(SessionState session) {
        return CompletableFuture.completedFuture(log == null ? List.of() : log.missed(session));
    }

    @Override
    public CompletionStage<List<KeptPacket>> history(String room, HistoryRange range) {
        PacketLog kept = log;
        if (kept == null) {
            return CompletableFuture.failedStage(HistoryOptions.notKept(room));
        }
        try {
            return CompletableFuture.completedFuture(kept.history(room, range));
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    @Override
    public CompletionStage<Void> close() {
        return done();
    }

    private void broadcast(PacketLog kept, EventPacket packet, BroadcastOptions options) {
        EventPacket stamped = kept.stamp(packet, options);
        try {
            sockets.deliver(stamped, options.flags(), select(options));
        } catch (IllegalArgumentException e) {
            kept.drop(stamped);
            throw e;
        }
    }

    private Collection<? extends LocalSocket> select(BroadcastOptions options) {
        return index.select(options, sockets.all());
    }

    /** Without those that joined rooms but were not accepted yet. */
    private List<LocalSocket> connected(BroadcastOptions options) {
        List<LocalSocket> connected = new ArrayList<>();
        for (LocalSocket socket : select(options)) {
            if (socket.connected()) {
                connected.add(socket);
            }
        }
        return connected;
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }
}
