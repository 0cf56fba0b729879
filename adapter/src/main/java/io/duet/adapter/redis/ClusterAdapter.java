package io.duet.adapter.redis;

import io.duet.adapter.AckCollector;
import io.duet.adapter.Adapter;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.BusStatistics.Discard;
import io.duet.adapter.EventPacket;
import io.duet.adapter.HistoryOptions;
import io.duet.adapter.HistoryRange;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.KeptPacket;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.LocalSockets;
import io.duet.adapter.RoomListener;
import io.duet.adapter.ServerSideAnswers;
import io.duet.adapter.SessionState;
import io.duet.adapter.SocketDetails;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One namespace's share of a cluster: this node's own rooms, what it has asked the others and what they ask it, over one of Node's wires.
 *
 * <p>What is sent is given to the wire, then delivered here, unless the wire brings it back when it is its turn; what arrives is delivered here
 * only. The bus calls back on one thread, in the order of Redis.
 */
final class ClusterAdapter implements Adapter {
    private final InMemoryAdapter local;
    private final Duration requestsTimeout;
    private final PendingRequests pending = new PendingRequests();
    private final RequestResponder responder;
    private final Wire wire;
    private final Optional<StreamRecovery> recovery;
    private final Optional<StreamHistory> history;
    private final BusCounters counters;
    private final Supplier<CompletionStage<Void>> released;

    /**
     * @param wires makes the wire; it is given who takes what arrives, and a test for rooms of this node
     * @param released called when this adapter has been closed
     */
    ClusterAdapter(
            LocalSockets sockets,
            Duration requestsTimeout,
            BiFunction<Wire.Receiver, Predicate<String>, Wire> wires,
            BusCounters counters,
            Supplier<CompletionStage<Void>> released) {
        this.local = InMemoryAdapter.keepingNothing(sockets);
        this.requestsTimeout = requestsTimeout;
        this.counters = counters;
        this.released = released;
        this.wire = wires.apply(new Arrivals(), local::hasRoom);
        this.recovery = wire.recovery();
        this.history = wire.history();
        this.responder = new RequestResponder(sockets, local, wire::respond);
        local.addRoomListener(wire.rooms());
        wire.start();
    }

    // Rooms

    @Override
    public CompletionStage<Void> addAll(LocalSocket socket, Set<String> names) {
        local.addAll(socket, names);
        CompletionStage<Void> heard = wire.whenHeard(names);
        return recovery.map(present -> present.joined(socket))
                .map(kept -> heard.thenCompose(done -> kept))
                .orElse(heard);
    }

    @Override
    public void del(LocalSocket socket, String room) {
        local.del(socket, room);
        recovery.ifPresent(present -> present.sessions().leftRoom(socket));
    }

    @Override
    public void delAll(LocalSocket socket) {
        local.delAll(socket);
        recovery.ifPresent(present -> present.sessions().left(socket));
    }

    @Override
    public Set<String> sockets(Set<String> names) {
        return local.sockets(names);
    }

    @Override
    public Set<String> socketRooms(String socketId) {
        return local.socketRooms(socketId);
    }

    @Override
    public Set<String> rooms() {
        return local.rooms();
    }

    @Override
    public int roomCount() {
        return local.roomCount();
    }

    @Override
    public void addRoomListener(RoomListener listener) {
        local.addRoomListener(listener);
    }

    // Sending

    @Override
    public void broadcast(EventPacket packet, BroadcastOptions target) {
        if (!target.flags().local()) {
            wire.send(new Broadcast(wire.uid(), packet, target));
        }
        if (isDoneHere(target)) {
            deliver(packet, target, "");
        }
    }

    @Override
    public void broadcastWithAck(EventPacket packet, BroadcastOptions target, AckCollector collector) {
        if (!target.flags().local()) {
            String requestId = wire.newRequestId();
            pending.collectAcks(requestId, collector, target.flags().timeout().orElse(requestsTimeout));
            try {
                wire.send(new Request.BroadcastWithAck(wire.uid(), requestId, packet, target));
            } catch (IllegalArgumentException e) {
                pending.forget(requestId);
                throw e;
            }
        }
        local.broadcastWithAck(packet, target, collector);
    }

    @Override
    public void addSockets(BroadcastOptions target, Set<String> names) {
        if (!target.flags().local()) {
            wire.send(new Request.Join(wire.uid(), target, names));
        }
        if (isDoneHere(target)) {
            local.addSockets(target, names);
        }
    }

    @Override
    public void delSockets(BroadcastOptions target, Set<String> names) {
        if (!target.flags().local()) {
            wire.send(new Request.Leave(wire.uid(), target, names));
        }
        if (isDoneHere(target)) {
            local.delSockets(target, names);
        }
    }

    @Override
    public void disconnectSockets(BroadcastOptions target, boolean close) {
        if (!target.flags().local()) {
            wire.send(new Request.Disconnect(wire.uid(), target, close));
        }
        if (isDoneHere(target)) {
            local.disconnectSockets(target, close);
        }
    }

    @Override
    public void serverSideEmit(List<@Nullable Object> data) {
        wire.send(new Request.ServerSideEmit(wire.uid(), Optional.empty(), data));
    }

    /** Otherwise the wire brings it back, when it is its turn. */
    private boolean isDoneHere(BroadcastOptions target) {
        return target.flags().local() || !wire.returnsOwn();
    }

    // Asking

    @Override
    public CompletionStage<List<SocketDetails>> fetchSockets(BroadcastOptions target) {
        CompletionStage<List<SocketDetails>> own = local.fetchSockets(target);
        if (target.flags().local()) {
            return own;
        }
        return own.thenCompose(sockets -> askAll(target, sockets, answered -> answered));
    }

    @Override
    public CompletionStage<Set<String>> allRooms() {
        Set<String> own = local.rooms();
        if (!wire.knowsAllRooms()) {
            return askAll(BroadcastOptions.ALL, List.of(), sockets -> {
                Set<String> all = new LinkedHashSet<>(own);
                sockets.forEach(socket -> all.addAll(socket.rooms()));
                return all;
            });
        }
        String requestId = wire.newRequestId();
        return ask(new Request.AllRooms(wire.uid(), requestId), requestId, requestsTimeout, "allRooms", answers -> {
            Set<String> all = new LinkedHashSet<>(own);
            for (Response answer : answers) {
                if (answer instanceof Response.Rooms remote) {
                    all.addAll(remote.rooms());
                }
            }
            return all;
        });
    }

    @Override
    public CompletionStage<ServerSideAnswers> serverSideEmitWithAck(List<@Nullable Object> data, Duration timeout) {
        String requestId = wire.newRequestId();
        Request request = new Request.ServerSideEmit(wire.uid(), Optional.of(requestId), data);
        return others().thenCompose(count -> {
            if (count == 0) {
                return CompletableFuture.completedFuture(ServerSideAnswers.NONE);
            }
            CompletionStage<List<Response>> answers = pending.expect(requestId, count, timeout);
            wire.send(request);
            return answers.thenApply(received -> {
                List<@Nullable Object> values = new ArrayList<>();
                for (Response answer : received) {
                    if (answer instanceof Response.ServerSideAnswer value) {
                        values.add(value.value().orElse(null));
                    }
                }
                return new ServerSideAnswers(values, count - received.size());
            });
        });
    }

    @Override
    public CompletionStage<Integer> serverCount() {
        return wire.countServers().thenApply(count -> Math.max(1, count));
    }

    private CompletionStage<Integer> others() {
        return serverCount().thenApply(count -> count - 1);
    }

    private <T extends Collection<?>> CompletionStage<T> askAll(
            BroadcastOptions target, List<SocketDetails> own, Function<List<SocketDetails>, T> result) {
        String requestId = wire.newRequestId();
        Request request = new Request.FetchSockets(wire.uid(), requestId, target);
        Duration limit = target.flags().timeout().orElse(requestsTimeout);
        return ask(request, requestId, limit, "fetchSockets", answers -> {
            List<SocketDetails> all = new ArrayList<>(own);
            for (Response answer : answers) {
                if (answer instanceof Response.Sockets remote) {
                    all.addAll(remote.sockets());
                }
            }
            return result.apply(all);
        });
    }

    /**
     * Asks all other nodes; fails if one does not answer in time.
     *
     * @param result what comes of the answers, all or some
     */
    private <T extends Collection<?>> CompletionStage<T> ask(
            Request request, String requestId, Duration limit, String what, Function<List<Response>, T> result) {
        return others().thenCompose(count -> {
            if (count == 0) {
                return CompletableFuture.completedFuture(result.apply(List.of()));
            }
            CompletionStage<List<Response>> answers = pending.expect(requestId, count, limit);
            wire.send(request);
            return answers.thenCompose(received -> {
                T some = result.apply(received);
                return received.size() == count
                        ? CompletableFuture.completedFuture(some)
                        : CompletableFuture.failedStage(
                                new ClusterTimeoutException(what, received.size(), count, some));
            });
        });
    }

    // Connection state recovery, where the wire has it

    @Override
    public String position() {
        return recovery.map(StreamRecovery::position).orElse("");
    }

    @Override
    public void persistSession(SessionState session) {
        recovery.ifPresent(present -> present.sessions().lost(session));
    }

    @Override
    public CompletionStage<Optional<SessionState>> restoreSession(String privateId, Optional<String> offset) {
        return recovery.map(present -> present.restore(privateId, offset))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    @Override
    public CompletionStage<List<EventPacket>> missedPackets(SessionState session) {
        return recovery.map(present -> present.missed(session))
                .orElseGet(() -> CompletableFuture.completedFuture(List.of()));
    }

    /** @param id of its entry in a stream; empty if it is in none */
    private void deliver(EventPacket packet, BroadcastOptions target, String id) {
        if (recovery.isEmpty()) {
            local.broadcast(history.isEmpty() ? packet : packet.at(id), target);
        } else if (id.isEmpty()) {
            recovery.get().deliver(packet, stamped -> local.broadcast(stamped, target));
        } else {
            local.broadcast(target.flags().isVolatile() ? packet.behind(id) : packet.keptAt(id), target);
        }
    }

    @Override
    public CompletionStage<List<KeptPacket>> history(String room, HistoryRange range) {
        return history.map(kept -> kept.read(room, range))
                .orElseGet(() -> CompletableFuture.failedStage(HistoryOptions.notKept(room)));
    }

    @Override
    public CompletionStage<Void> close() {
        return wire.close().thenCompose(done -> released.get());
    }

    private final class Arrivals implements Wire.Receiver {
        @Override
        public void onBroadcast(Broadcast broadcast, String id) {
            Set<String> rooms = broadcast.options().rooms();
            if (rooms.isEmpty() || rooms.stream().anyMatch(local::hasRoom)) {
                counters.delivered.increment();
                broadcast.trace().run(() -> deliver(broadcast.packet(), broadcast.options(), id));
            } else {
                onUseless(Discard.UNADDRESSED);
            }
        }

        @Override
        public void onRequest(Request request) {
            counters.delivered.increment();
            request.trace().run(() -> responder.handle(request));
        }

        @Override
        public void onResponse(Response response) {
            if (pending.onResponse(response)) {
                counters.delivered.increment();
            } else {
                onUseless(Discard.UNADDRESSED);
            }
        }

        @Override
        public void onUseless(Discard why) {
            counters.discard(why);
        }
    }
}
