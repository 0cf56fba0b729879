package io.duet.adapter.redis;

import io.duet.adapter.Adapter;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.LocalSockets;
import io.duet.adapter.presence.PresenceLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;

/**
 * Connects servers through Redis, on the wire of {@code @socket.io/redis-adapter} 8.3: Duet and Node servers with the same key are one
 * cluster, and {@code @socket.io/redis-emitter} reaches both.
 *
 * <p>Messages of one node keep their order, whatever happens to Redis. While it is away they wait within the bounds of
 * {@link RedisAdapterOptions}, and sockets of the same node are served as ever. A message is sent again if Redis did not answer for it, so it
 * arrives twice if only the answer was lost. Nodes that were cut off miss what others sent meanwhile, and are told so
 * ({@link BusListener#gapSuspected}).
 */
public final class RedisAdapter implements AdapterFactory {
    /** For the last words of a server that stops. */
    private static final Duration FLUSH_LIMIT = Duration.ofSeconds(1);

    private final Supplier<RedissonBus> buses;
    private final RedisAdapterOptions options;
    private @Nullable RedissonBus bus;
    private int adapters;

    private RedisAdapter(Supplier<RedissonBus> buses, RedisAdapterOptions options) {
        this.buses = buses;
        this.options = options;
    }

    /**
     * The classic wire, where a client of the caller's is connected; the caller also ends it, after the server. Its addresses, credentials and
     * TLS settings are used, for two connections of the adapter's own; how it is tuned otherwise does not matter. In a Redis Cluster all
     * nodes meet at the master of slot 0.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    public static RedisAdapter classic(RedissonClient redisson, RedisAdapterOptions options) {
        Redisson usable = RedissonBus.usable(redisson);
        return new RedisAdapter(() -> RedissonBus.over(usable, options), options);
    }

    /** The same with all defaults. */
    public static RedisAdapter classic(RedissonClient redisson) {
        return classic(redisson, RedisAdapterOptions.defaults());
    }

    /**
     * The classic wire, by a client that is configured for it and ends with the server. Redis need not be there at the start.
     *
     * @param uri {@code redis://[user:password@]host:port}, {@code rediss://...} for TLS, or
     *     {@code redis+sentinel://[user:password@]host:port[,host:port...]/masterName}
     * @throws IllegalArgumentException if it is none of these
     */
    public static RedisAdapter classic(String uri, RedisAdapterOptions options) {
        RedisUri redis = RedisUri.parse(uri);
        return new RedisAdapter(() -> RedissonBus.to(redis, options), options);
    }

    @Override
    public synchronized Adapter create(String namespace, LocalSockets sockets) {
        RedissonBus used = bus();
        adapters++;
        return new ClassicAdapter(namespace, sockets, used, options, this::released);
    }

    @Override
    public synchronized PresenceLog presenceLog(String namespace, Duration lease) {
        return new RedisPresenceLog(bus(), options.key(), namespace, lease);
    }

    /** Whether Redis is there and every subscription is in force. */
    public synchronized boolean isReady() {
        return bus != null && bus.isReady();
    }

    private RedissonBus bus() {
        RedissonBus used = bus;
        if (used == null) {
            used = buses.get();
            bus = used;
        }
        return used;
    }

    /** One adapter has been closed; the last one ends the connection. */
    private synchronized CompletionStage<Void> released() {
        adapters--;
        RedissonBus used = bus;
        if (adapters > 0 || used == null) {
            return CompletableFuture.completedFuture(null);
        }
        bus = null;
        return used.close(FLUSH_LIMIT);
    }
}
