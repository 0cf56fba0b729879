package io.duet.adapter.redis;

import io.duet.adapter.LocalSockets;
import io.duet.adapter.RoomListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;

/**
 * The wire of {@code @socket.io/redis-streams-adapter} 0.3: what is to be done to sockets goes through a stream, which everybody reads from
 * end to end; what wants an answer goes by publish/subscribe, and so do the answers.
 */
final class StreamsWire implements Wire {
    private final String namespace;
    private final Bus bus;
    private final StreamLog stream;
    private final RedisAdapterOptions options;
    private final Receiver receiver;
    private final Channels channels;
    private final String uid = HexId.next();
    private final ClusterCodec codec;
    private final Subscriptions subscriptions = new Subscriptions();
    private final Optional<StreamRecovery> recovery;
    private final Optional<StreamHistory> history;
    private final StreamLog.Receiver reader = this::onEntry;

    /** Of sessions that are kept; once it is started. */
    private Optional<ScheduledFuture<?>> ticks = Optional.empty();

    StreamsWire(
            String namespace,
            LocalSockets sockets,
            Bus bus,
            StreamLog stream,
            RedisAdapterOptions options,
            Receiver receiver) {
        this.namespace = namespace;
        this.bus = bus;
        this.stream = stream;
        this.options = options;
        this.receiver = receiver;
        this.channels = new Channels(options.key(), namespace);
        this.codec = new ClusterCodec(namespace, uid, sockets.mapper(), ClusterWriter.Nothing.NULL);
        this.history = Optional.of(sockets.history())
                .filter(wanted -> !wanted.isNone())
                .map(wanted -> new StreamHistory(namespace, wanted, bus, stream, codec::broadcast));
        this.recovery = sockets.recovery().map(wanted -> {
            Duration kept = wanted.maxDisconnectionDuration();
            StreamSessions sessions =
                    new StreamSessions(new SessionStore(bus, options.sessionKeyPrefix(), uid, kept), kept);
            return new StreamRecovery(namespace, bus, stream, sessions, codec::broadcast);
        });
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public String newRequestId() {
        return HexId.next();
    }

    /** The channel of the namespace last: other nodes count its subscribers, and who is counted must read and hear answers. */
    @Override
    public void start() {
        stream.listen(namespace, uid, reader);
        ticks = recovery.map(present -> stream.every(StreamSessions.TICK, present.sessions()::tick));
        subscriptions.add(bus.subscribe(channels.node(uid), this::onMessage));
        subscriptions.addLast(() ->
                stream.started().thenCompose(done -> bus.subscribeCounted(channels.broadcast(), this::onMessage)));
    }

    @Override
    public RoomListener rooms() {
        return new RoomListener() {};
    }

    /** Everything is read, whatever rooms there are. */
    @Override
    public CompletionStage<Void> whenHeard(Set<String> rooms) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean returnsOwn() {
        return true;
    }

    @Override
    public void send(Broadcast broadcast) {
        StreamEntry entry = codec.entry(broadcast, options.onlyPlaintext());
        List<StreamHistory.Place> places =
                history.map(kept -> kept.placesOf(broadcast.options())).orElse(List.of());
        stream.append(entry, places, id -> receiver.onBroadcast(broadcast, id));
    }

    @Override
    public void send(Request request) {
        if (request instanceof Request.Join
                || request instanceof Request.Leave
                || request instanceof Request.Disconnect) {
            StreamEntry entry = codec.entry(request, options.onlyPlaintext());
            stream.append(entry, List.of(), id -> receiver.onRequest(request));
        } else {
            bus.publish(channels.broadcast(), codec.encodeMessagePack(request));
        }
    }

    @Override
    public boolean knowsAllRooms() {
        return false;
    }

    @Override
    public void respond(Request request, Response response) {
        String channel = request.uid().isEmpty() ? channels.broadcast() : channels.node(request.uid());
        bus.publish(channel, codec.encodeMessagePack(response));
    }

    @Override
    public CompletionStage<Integer> countServers() {
        return bus.countSubscribers(channels.broadcast());
    }

    private void onEntry(String id, StreamEntry entry) {
        history.filter(kept -> !entry.uid().equals(uid)).ifPresent(kept -> kept.onEntry(id, entry));
        receiver.take(() -> codec.decode(id, entry, receiver));
    }

    private void onMessage(String channel, byte[] payload) {
        receiver.take(() -> codec.decode(payload, receiver));
    }

    @Override
    public Optional<StreamRecovery> recovery() {
        return recovery;
    }

    @Override
    public Optional<StreamHistory> history() {
        return history;
    }

    @Override
    public CompletionStage<Void> close() {
        CompletionStage<Void> kept = recovery.map(present -> present.sessions().settled())
                .orElseGet(() -> CompletableFuture.completedFuture(null));
        return kept.thenCompose(done -> subscriptions.cancel()).thenRun(() -> {
            ticks.ifPresent(task -> task.cancel(false));
            stream.forget(namespace, uid, reader);
        });
    }
}
