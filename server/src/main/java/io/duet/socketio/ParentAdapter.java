package io.duet.socketio;

import io.duet.adapter.AckCollector;
import io.duet.adapter.Adapter;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.HistoryRange;
import io.duet.adapter.KeptPacket;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.RoomListener;
import io.duet.adapter.ServerSideAnswers;
import io.duet.adapter.SessionState;
import io.duet.adapter.SocketDetails;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Does for all children of a parent namespace what one adapter does for its own; a parent has no sockets. */
final class ParentAdapter implements Adapter {
    private final Map<String, Namespace> children;

    ParentAdapter(Map<String, Namespace> children) {
        this.children = children;
    }

    @Override
    public void broadcast(EventPacket packet, BroadcastOptions options) {
        for (Namespace child : children()) {
            child.adapter().broadcast(new EventPacket(child.name(), packet.data()), options);
        }
    }

    @Override
    public void addSockets(BroadcastOptions options, Set<String> rooms) {
        children().forEach(child -> child.adapter().addSockets(options, rooms));
    }

    @Override
    public void delSockets(BroadcastOptions options, Set<String> rooms) {
        children().forEach(child -> child.adapter().delSockets(options, rooms));
    }

    @Override
    public void disconnectSockets(BroadcastOptions options, boolean close) {
        children().forEach(child -> child.adapter().disconnectSockets(options, close));
    }

    @Override
    public void serverSideEmit(List<@Nullable Object> data) {
        children().forEach(child -> child.adapter().serverSideEmit(data));
    }

    @Override
    public int roomCount() {
        return rooms().size();
    }

    @Override
    public Set<String> rooms() {
        Set<String> rooms = new LinkedHashSet<>();
        children().forEach(child -> rooms.addAll(child.adapter().rooms()));
        return rooms;
    }

    @Override
    public Set<String> sockets(Set<String> rooms) {
        Set<String> sockets = new LinkedHashSet<>();
        children().forEach(child -> sockets.addAll(child.adapter().sockets(rooms)));
        return sockets;
    }

    @Override
    public void addRoomListener(RoomListener listener) {
        children().forEach(child -> child.adapter().addRoomListener(listener));
    }

    @Override
    public CompletionStage<Integer> serverCount() {
        return CompletableFuture.completedFuture(1);
    }

    @Override
    public CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }

    // What Node refuses on a parent too

    @Override
    public void broadcastWithAck(EventPacket packet, BroadcastOptions options, AckCollector collector) {
        throw unsupported();
    }

    @Override
    public CompletionStage<List<SocketDetails>> fetchSockets(BroadcastOptions options) {
        return CompletableFuture.failedStage(unsupported());
    }

    @Override
    public CompletionStage<ServerSideAnswers> serverSideEmitWithAck(List<@Nullable Object> data, Duration timeout) {
        return CompletableFuture.failedStage(unsupported());
    }

    @Override
    public CompletionStage<Set<String>> allRooms() {
        return CompletableFuture.failedStage(unsupported());
    }

    // What only a namespace with sockets is asked

    @Override
    public CompletionStage<Void> addAll(LocalSocket socket, Set<String> rooms) {
        throw unsupported();
    }

    @Override
    public void del(LocalSocket socket, String room) {
        throw unsupported();
    }

    @Override
    public void delAll(LocalSocket socket) {
        throw unsupported();
    }

    @Override
    public Set<String> socketRooms(String socketId) {
        return Set.of();
    }

    @Override
    public String position() {
        return "";
    }

    @Override
    public void persistSession(SessionState session) {
        throw unsupported();
    }

    @Override
    public CompletionStage<Optional<SessionState>> restoreSession(String privateId, Optional<String> offset) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<List<EventPacket>> missedPackets(SessionState session) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<List<KeptPacket>> history(String room, HistoryRange range) {
        return CompletableFuture.failedStage(unsupported());
    }

    private Collection<Namespace> children() {
        return children.values();
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("parent namespace (expected: one of its children)");
    }
}
