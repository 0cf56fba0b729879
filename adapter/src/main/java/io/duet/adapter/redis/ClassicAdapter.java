package io.duet.adapter.redis;

import io.duet.adapter.AckCollector;
import io.duet.adapter.Adapter;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.LocalSockets;
import io.duet.adapter.RoomListener;
import io.duet.adapter.ServerSideAnswers;
import io.duet.adapter.SessionState;
import io.duet.adapter.SocketDetails;
import io.duet.adapter.redis.RedisAdapterOptions.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One namespace's share of a classic cluster: this node's own rooms, and the channels that connect them with those of other nodes.
 *
 * <p>What is sent is published, then delivered here; what arrives is delivered here only. The bus calls back on one thread, in the order of
 * Redis.
 */
final class ClassicAdapter implements Adapter {
    private static final Logger log = LoggerFactory.getLogger(ClassicAdapter.class);

    /** How often a join that is not confirmed asks whether Redis is gone; it is done for its caller then, and the subscription follows. */
    private static final Duration JOIN_CHECK = Duration.ofSeconds(1);

    /** Until other nodes have certainly subscribed to rooms that their sockets were made to join. */
    private static final Duration SUBSCRIBE_TIME = Duration.ofSeconds(2);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final String namespace;
    private final InMemoryAdapter local;
    private final Bus bus;
    private final RedisAdapterOptions options;
    private final Channels channels;
    private final ClassicCodec codec;
    private final String uid = ShortId.next();
    private final PendingRequests pending;
    private final RequestResponder responder;
    private final RoomSubscriptions rooms;
    private final List<CompletionStage<Bus.Subscription>> subscriptions = new ArrayList<>();

    /**
     * Rooms that sockets elsewhere were just made to join, and how often. Their nodes may not have subscribed yet, so what is sent to them goes
     * where every node listens: the join has come there before.
     */
    private final Map<String, Integer> joining = new ConcurrentHashMap<>();

    private final Supplier<CompletionStage<Void>> released;

    ClassicAdapter(
            String namespace,
            LocalSockets sockets,
            Bus bus,
            RedisAdapterOptions options,
            Supplier<CompletionStage<Void>> released) {
        this.namespace = namespace;
        this.local = InMemoryAdapter.withoutRecovery(sockets);
        this.bus = bus;
        this.options = options;
        this.channels = new Channels(options.key(), namespace);
        this.codec = new ClassicCodec(sockets.mapper());
        this.released = released;
        this.pending = new PendingRequests();
        this.responder = new RequestResponder(sockets, local, this::respond);
        this.rooms = new RoomSubscriptions(
                room -> bus.subscribe(channels.room(room), this::onBroadcast), options.unsubscribeLinger());
        subscribe();
    }

    /** The request channel last: other nodes count its subscribers, and who is counted must hear answers. */
    private void subscribe() {
        if (options.subscription() == Subscription.PATTERN) {
            subscriptions.add(bus.subscribePattern(channels.pattern(), this::onBroadcast));
        } else {
            local.addRoomListener(rooms);
            subscriptions.add(bus.subscribe(channels.broadcast(), this::onBroadcast));
        }
        subscriptions.add(bus.subscribe(channels.response(), this::onResponse));
        subscriptions.add(bus.subscribe(channels.response(uid), this::onResponse));
        CompletableFuture<?>[] before =
                subscriptions.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new);
        subscriptions.add(CompletableFuture.allOf(before)
                .thenCompose(done -> bus.subscribeCounted(channels.request(), this::onRequest)));
    }

    // Rooms

    @Override
    public CompletionStage<Void> addAll(LocalSocket socket, Set<String> names) {
        local.addAll(socket, names);
        if (options.subscription() == Subscription.PATTERN || !bus.isReady()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?>[] confirmed = names.stream()
                .map(name -> rooms.whenSubscribed(name).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> joined = CompletableFuture.allOf(confirmed);
        doneWithoutRedis(joined);
        return joined;
    }

    private void doneWithoutRedis(CompletableFuture<Void> joined) {
        if (joined.isDone()) {
            return;
        }
        if (bus.isReady()) {
            later(JOIN_CHECK).execute(() -> doneWithoutRedis(joined));
        } else {
            joined.complete(null);
        }
    }

    @Override
    public void del(LocalSocket socket, String room) {
        local.del(socket, room);
    }

    @Override
    public void delAll(LocalSocket socket) {
        local.delAll(socket);
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
    public void addRoomListener(RoomListener listener) {
        local.addRoomListener(listener);
    }

    private static Executor later(Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    // Sending

    @Override
    public void broadcast(EventPacket packet, BroadcastOptions target) {
        if (!target.flags().local()) {
            bus.publish(channelOf(target.rooms()), codec.encode(new Broadcast(uid, packet, target)));
        }
        local.broadcast(packet, target);
    }

    private String channelOf(Set<String> names) {
        return names.stream().anyMatch(joining::containsKey) ? channels.broadcast() : channels.broadcastTo(names);
    }

    @Override
    public void broadcastWithAck(EventPacket packet, BroadcastOptions target, AckCollector collector) {
        if (!target.flags().local()) {
            String requestId = ShortId.next();
            byte[] request = codec.encode(new Request.BroadcastWithAck(uid, requestId, packet, target));
            pending.collectAcks(requestId, collector, target.flags().timeout().orElse(options.requestsTimeout()));
            request(request);
        }
        local.broadcastWithAck(packet, target, collector);
    }

    @Override
    public void addSockets(BroadcastOptions target, Set<String> names) {
        if (!target.flags().local()) {
            request(codec.encode(new Request.Join(uid, target, names)));
            names.forEach(name -> joining.merge(name, 1, Integer::sum));
            later(SUBSCRIBE_TIME)
                    .execute(() -> names.forEach(
                            name -> joining.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1)));
        }
        local.addSockets(target, names);
    }

    @Override
    public void delSockets(BroadcastOptions target, Set<String> names) {
        if (!target.flags().local()) {
            request(codec.encode(new Request.Leave(uid, target, names)));
        }
        local.delSockets(target, names);
    }

    @Override
    public void disconnectSockets(BroadcastOptions target, boolean close) {
        if (!target.flags().local()) {
            request(codec.encode(new Request.Disconnect(uid, target, close)));
        }
        local.disconnectSockets(target, close);
    }

    @Override
    public void serverSideEmit(List<@Nullable Object> data) {
        request(codec.encode(new Request.ServerSideEmit(uid, Optional.empty(), data)));
    }

    // Asking

    @Override
    public CompletionStage<List<SocketDetails>> fetchSockets(BroadcastOptions target) {
        CompletionStage<List<SocketDetails>> own = local.fetchSockets(target);
        if (target.flags().local()) {
            return own;
        }
        String requestId = ShortId.next();
        byte[] request = codec.encode(new Request.FetchSockets(uid, requestId, target));
        return own.thenCompose(sockets -> ask(requestId, request, "fetchSockets", answers -> {
            List<SocketDetails> all = new ArrayList<>(sockets);
            for (Response answer : answers) {
                if (answer instanceof Response.Sockets remote) {
                    all.addAll(remote.sockets());
                }
            }
            return all;
        }));
    }

    @Override
    public CompletionStage<Set<String>> allRooms() {
        String requestId = ShortId.next();
        byte[] request = codec.encode(new Request.AllRooms(uid, requestId));
        return ask(requestId, request, "allRooms", answers -> {
            Set<String> all = new LinkedHashSet<>(local.rooms());
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
        String requestId = ShortId.next();
        byte[] request = codec.encode(new Request.ServerSideEmit(uid, Optional.of(requestId), data));
        return others().thenCompose(count -> {
            if (count == 0) {
                return CompletableFuture.completedFuture(ServerSideAnswers.NONE);
            }
            CompletionStage<List<Response>> answers = pending.expect(requestId, count, timeout);
            request(request);
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
        return bus.countSubscribers(channels.request()).thenApply(count -> Math.max(1, count));
    }

    private CompletionStage<Integer> others() {
        return serverCount().thenApply(count -> count - 1);
    }

    /**
     * Asks all other nodes; fails if one does not answer in time.
     *
     * @param result what comes of the answers, all or some
     */
    private <T extends Collection<?>> CompletionStage<T> ask(
            String requestId, byte[] request, String what, Function<List<Response>, T> result) {
        return others().thenCompose(count -> {
            if (count == 0) {
                return CompletableFuture.completedFuture(result.apply(List.of()));
            }
            CompletionStage<List<Response>> answers = pending.expect(requestId, count, options.requestsTimeout());
            request(request);
            return answers.thenCompose(received -> {
                T some = result.apply(received);
                return received.size() == count
                        ? CompletableFuture.completedFuture(some)
                        : CompletableFuture.failedStage(
                                new ClusterTimeoutException(what, received.size(), count, some));
            });
        });
    }

    private void request(byte[] payload) {
        bus.publish(channels.request(), payload);
    }

    // Arriving

    private void onBroadcast(String channel, byte[] payload) {
        Optional<String> room = channels.roomOf(channel);
        if (room.isPresent() && !local.hasRoom(room.get())) {
            return;
        }
        try {
            Broadcast broadcast = codec.decodeBroadcast(payload);
            if (!broadcast.uid().equals(uid) && broadcast.packet().namespace().equals(namespace)) {
                local.broadcast(broadcast.packet(), broadcast.options());
            }
        } catch (IllegalArgumentException e) {
            dropped(e);
        }
    }

    private void onRequest(String channel, byte[] payload) {
        try {
            Request request = codec.decodeRequest(payload);
            if (!request.uid().equals(uid)) {
                responder.handle(request);
            }
        } catch (IllegalArgumentException e) {
            dropped(e);
        }
    }

    private void onResponse(String channel, byte[] payload) {
        try {
            pending.onResponse(codec.decodeResponse(payload));
        } catch (IllegalArgumentException e) {
            dropped(e);
        }
    }

    /** A peer's mistake: nothing that an operator here could mend. */
    private static void dropped(IllegalArgumentException reason) {
        log.debug("message of the cluster dropped: {}", reason.getMessage());
    }

    private void respond(Request request, Response response) {
        boolean specific = options.publishOnSpecificResponseChannel()
                && !request.uid().isEmpty()
                && !(response instanceof Response.ServerSideAnswer);
        String channel = specific ? channels.response(request.uid()) : channels.response();
        bus.publish(channel, codec.encode(response));
    }

    // This wire recovers nothing

    @Override
    public String position() {
        return "";
    }

    @Override
    public void persistSession(SessionState session) {
        // Nothing is kept on this wire, as in Node.
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
    public CompletionStage<Void> close() {
        List<CompletableFuture<Void>> cancelled = new ArrayList<>();
        // From the last to the first: who does not answer any more must not be counted.
        for (int i = subscriptions.size() - 1; i >= 0; i--) {
            CompletableFuture<Bus.Subscription> subscription =
                    subscriptions.get(i).toCompletableFuture();
            if (subscription.isDone() && !subscription.isCompletedExceptionally()) {
                cancelled.add(subscription.join().cancel().toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(cancelled.toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> null)
                .thenCompose(done -> released.get());
    }
}
