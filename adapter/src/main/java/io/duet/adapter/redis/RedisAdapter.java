package io.duet.adapter.redis;

import io.duet.adapter.Adapter;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.BusStatistics;
import io.duet.adapter.LocalSockets;
import io.duet.adapter.presence.PresenceLog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;

/**
 * Connects servers through Redis, on one of the wires of {@code @socket.io/redis-adapter} 8.3 or on that of
 * {@code @socket.io/redis-streams-adapter} 0.3: Duet and Node servers with the same key on the same wire are one cluster. {@code @socket.io/redis-emitter} reaches those on the classic wire.
 *
 * <p>Messages of one node keep their order, whatever happens to Redis. While it is away they wait within the bounds of
 * {@link RedisAdapterOptions}, and sockets of the same node are served as ever. A message is sent again if it is not known to have
 * got through, so it arrives twice if it had. Nodes that were cut off miss what others sent meanwhile, and are told so
 * ({@link BusListener#gapSuspected}).
 */
public final class RedisAdapter implements AdapterFactory {
    /** For the last words of a server that stops. */
    private static final Duration FLUSH_LIMIT = Duration.ofSeconds(1);

    /** Makes a namespace's wire. */
    private interface Wires {
        Wire create(
                Node node, String namespace, LocalSockets sockets, Predicate<String> hasRoom, Wire.Receiver receiver);
    }

    /** One of Node's wires. */
    private record Kind(PubSub commands, boolean keepsHistory, Wires wires) {}

    /** What the namespaces of one node share. */
    private record Node(RedissonBus bus, Streams streams) {}

    private final Supplier<RedisServers> servers;
    private final RedisAdapterOptions options;
    private final Kind kind;
    private final BusCounters counters = new BusCounters();
    private @Nullable Node node;
    private int adapters;

    private RedisAdapter(Supplier<RedisServers> servers, RedisAdapterOptions options, Kind kind) {
        this.servers = servers;
        this.options = options;
        this.kind = kind;
    }

    private static RedisAdapter classic(Supplier<RedisServers> servers, RedisAdapterOptions options) {
        Wires wires = (node, namespace, sockets, hasRoom, receiver) ->
                new ClassicWire(namespace, sockets.mapper(), hasRoom, node.bus(), options, receiver);
        return new RedisAdapter(servers, options, new Kind(PubSub.PLAIN, false, wires));
    }

    private static RedisAdapter sharded(Supplier<RedisServers> servers, RedisAdapterOptions options) {
        Wires wires = (node, namespace, sockets, hasRoom, receiver) ->
                new ShardedWire(namespace, sockets.mapper(), node.bus(), options, receiver);
        return new RedisAdapter(servers, options, new Kind(PubSub.SHARDED, false, wires));
    }

    private static RedisAdapter streams(Supplier<RedisServers> servers, RedisAdapterOptions options) {
        Wires wires = (node, namespace, sockets, hasRoom, receiver) ->
                new StreamsWire(namespace, sockets, node.bus(), node.streams().of(namespace), options, receiver);
        PubSub commands = options.useShardedPubSub() ? PubSub.SHARDED : PubSub.PLAIN;
        return new RedisAdapter(servers, options, new Kind(commands, true, wires));
    }

    /**
     * The classic wire, where a client of the caller's is connected; the caller also ends it, after the server. Its addresses, credentials and
     * TLS settings are used, for two connections of the adapter's own; how it is tuned otherwise does not matter. In a Redis Cluster all
     * nodes meet at the master of slot 0.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    public static RedisAdapter classic(RedissonClient redisson, RedisAdapterOptions options) {
        RedisServers servers = RedisServers.of(redisson);
        return classic(() -> servers, options);
    }

    /** The same with all defaults. */
    public static RedisAdapter classic(RedissonClient redisson) {
        return classic(redisson, RedisAdapterOptions.defaults());
    }

    /**
     * The classic wire, by a client that is configured for it and ends with the server. Redis need not be there at the start.
     *
     * @param uri {@code redis://[user:password@]host:port} or
     *     {@code redis+sentinel://[user:password@]host:port[,host:port...]/masterName}; for TLS, of sentinels too, with {@code rediss}
     * @throws IllegalArgumentException if it is none of these
     */
    public static RedisAdapter classic(String uri, RedisAdapterOptions options) {
        RedisUri redis = RedisUri.parse(uri);
        return classic(() -> RedisServers.at(redis), options);
    }

    /**
     * The sharded wire of the same package ({@code createShardedAdapter}), for Redis 7, where a client of the caller's is connected; the caller
     * also ends it, after the server. In a Redis Cluster each channel is at the master that has its slot, with two connections to each master,
     * and what is sent to one room costs the others nothing; messages of one node keep their order within a channel.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    public static RedisAdapter sharded(RedissonClient redisson, RedisAdapterOptions options) {
        RedisServers servers = RedisServers.of(redisson);
        return sharded(() -> servers, options);
    }

    /** The same with all defaults. */
    public static RedisAdapter sharded(RedissonClient redisson) {
        return sharded(redisson, RedisAdapterOptions.defaults());
    }

    /**
     * The sharded wire at one Redis, by a client that is configured for it and ends with the server. Redis need not be there at the start.
     *
     * @param uri as for {@link #classic(String, RedisAdapterOptions)}
     * @throws IllegalArgumentException if it is none of these
     */
    public static RedisAdapter sharded(String uri, RedisAdapterOptions options) {
        RedisUri redis = RedisUri.parse(uri);
        return sharded(() -> RedisServers.at(redis), options);
    }

    /**
     * The wire of {@code @socket.io/redis-streams-adapter} 0.3, where a client of the caller's is connected; the caller also ends it, after the
     * server. Broadcasts go through a stream, which every node reads from end to end: a node that was cut off reads what it has missed, and all
     * clients of the cluster get the broadcasts of a namespace in one order. What is sent here is delivered here when it comes back.
     *
     * <p>While Redis is away, broadcasts wait, also for sockets of this node, for {@code maxPublishWait} at most; then those that wait, and what
     * comes after them, reach this node only. In a Redis Cluster each stream is at the master that has its slot.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    public static RedisAdapter streams(RedissonClient redisson, RedisAdapterOptions options) {
        RedisServers servers = RedisServers.of(redisson);
        return streams(() -> servers, options);
    }

    /** The same with all defaults. */
    public static RedisAdapter streams(RedissonClient redisson) {
        return streams(redisson, RedisAdapterOptions.defaults());
    }

    /**
     * The streams wire at one Redis, by a client that is configured for it and ends with the server. Redis need not be there at the start.
     *
     * @param uri as for {@link #classic(String, RedisAdapterOptions)}
     * @throws IllegalArgumentException if it is none of these
     */
    public static RedisAdapter streams(String uri, RedisAdapterOptions options) {
        RedisUri redis = RedisUri.parse(uri);
        return streams(() -> RedisServers.at(redis), options);
    }

    @Override
    public synchronized Adapter create(String namespace, LocalSockets sockets) {
        if (!kind.keepsHistory() && !sockets.history().isNone()) {
            throw new IllegalArgumentException(
                    "history: wanted, which this wire cannot keep (expected: RedisAdapter.streams, or no Redis)");
        }
        Node used = node(sockets.eventLoop());
        adapters++;
        return new ClusterAdapter(
                sockets,
                options.requestsTimeout(),
                (receiver, hasRoom) -> kind.wires().create(used, namespace, sockets, hasRoom, receiver),
                counters,
                this::released);
    }

    @Override
    public synchronized PresenceLog presenceLog(String namespace, Duration lease) {
        return new RedisPresenceLog(node(Optional.empty()).bus(), options.key(), namespace, lease);
    }

    @Override
    public Optional<BusStatistics> statistics() {
        return Optional.of(counters);
    }

    /** Whether Redis is there and every subscription is in force. */
    public synchronized boolean isReady() {
        return node != null && node.bus().isReady() && node.streams().isReady();
    }

    private Node node(Optional<ScheduledExecutorService> eventLoop) {
        Node used = node;
        if (used == null) {
            RedissonBus bus = RedissonBus.start(
                    servers.get(),
                    options,
                    kind.commands(),
                    counters,
                    eventLoop.map(RedisLoop::on).orElseGet(RedisLoop::own));
            used = new Node(bus, new Streams(options, bus::masterOf, bus.loop(), bus.streamListener()));
            node = used;
        }
        return used;
    }

    /** One adapter has been closed; the last one ends the connection. */
    private synchronized CompletionStage<Void> released() {
        adapters--;
        Node used = node;
        if (adapters > 0 || used == null) {
            return CompletableFuture.completedFuture(null);
        }
        node = null;
        return used.streams().close(FLUSH_LIMIT).thenCompose(done -> used.bus().close(FLUSH_LIMIT));
    }
}
