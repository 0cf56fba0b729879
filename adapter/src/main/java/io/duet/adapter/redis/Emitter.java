package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;

/**
 * Sends to the clients of a cluster from a process that serves none, on the wire that its servers have: as {@code @socket.io/redis-emitter} 5.1
 * on the classic one, as {@code @socket.io/redis-streams-emitter} 0.1 on that of streams, and on the sharded one, for which Node has none. Duet
 * and Node servers with the same key or stream understand it, and it does not count as one of them.
 *
 * <p>Immutable: each call that says whom an event is for gives a new emitter over the same connection, so one can be kept and used by many
 * threads. Targets are the union of the rooms (every client of the namespace, if none is named) minus the members of the excepted ones; each
 * gets one copy.
 *
 * <p>No call blocks. What one thread sends leaves in its order; while Redis is away it waits within the bounds of
 * {@link RedisAdapterOptions}, and what is given up is reported to its listener. It is sent again if Redis did not answer for it, so it arrives
 * twice if only the answer was lost. Nothing tells whether a client got it. The options {@code maxPublishWait}, {@code maxPublishQueueBytes} and
 * {@code listener} apply on all wires.
 *
 * <pre>{@code
 * Emitter io = Emitter.classic("redis://localhost:6379", RedisAdapterOptions.defaults());
 * io.to("lobby").emit("news", "hello");
 * io.close().toCompletableFuture().join();
 * }</pre>
 */
public final class Emitter {
    /** Clients compare these with names that their library gives a meaning of its own. */
    private static final Set<String> RESERVED =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    /** A Node server would call its listeners of new clients with whatever it is given. */
    private static final Set<String> RESERVED_FOR_SERVERS = Set.of("connect", "connection", "new_namespace");

    private final Bus bus;
    private final Duration maxPublishWait;
    private final EmitterWire wire;
    private final String namespace;
    private final BroadcastOptions options;

    private Emitter(Bus bus, Duration maxPublishWait, EmitterWire wire, String namespace, BroadcastOptions options) {
        this.bus = bus;
        this.maxPublishWait = maxPublishWait;
        this.wire = wire;
        this.namespace = namespace;
        this.options = options;
    }

    /** For all clients of the namespace {@code /}. */
    private Emitter(Bus bus, RedisAdapterOptions settings, EmitterWire wire) {
        this(bus, settings.maxPublishWait(), wire, "/", BroadcastOptions.ALL);
    }

    private static Emitter classic(RedisServers servers, RedisAdapterOptions options) {
        return classic(RedissonBus.start(servers, options, PubSub.PLAIN), options);
    }

    static Emitter classic(Bus bus, RedisAdapterOptions options) {
        ClassicCodec codec = new ClassicCodec(new JsonMapper());
        return new Emitter(bus, options, new EmitterWire.Classic(bus, options.key(), codec));
    }

    private static Emitter sharded(RedisServers servers, RedisAdapterOptions options) {
        return sharded(RedissonBus.start(servers, options, PubSub.SHARDED), options);
    }

    static Emitter sharded(Bus bus, RedisAdapterOptions options) {
        ClusterWriter writer = new ClusterWriter(new JsonMapper(), ClusterWriter.Nothing.ABSENT);
        return new Emitter(bus, options, new EmitterWire.Sharded(bus, options, writer));
    }

    /** Nothing is published, so that the bus may be of this kind whatever Redis knows. */
    private static Emitter streams(RedisServers servers, RedisAdapterOptions options) {
        return streams(RedissonBus.start(servers, options, PubSub.SHARDED), options);
    }

    static Emitter streams(Bus bus, RedisAdapterOptions options) {
        ClusterWriter writer = new ClusterWriter(new JsonMapper(), ClusterWriter.Nothing.NULL);
        return new Emitter(bus, options, new EmitterWire.Streamed(bus, options, writer));
    }

    /**
     * To servers on the classic wire ({@link RedisAdapter#classic(RedissonClient, RedisAdapterOptions)}), by a client of the caller's, who also
     * ends it. Of the options {@code key} applies.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    public static Emitter classic(RedissonClient redisson, RedisAdapterOptions options) {
        return classic(RedisServers.of(redisson), options);
    }

    /** The same with all defaults. */
    public static Emitter classic(RedissonClient redisson) {
        return classic(redisson, RedisAdapterOptions.defaults());
    }

    /**
     * To servers on the classic wire, by a client that ends with {@link #close()}. Redis need not be there yet.
     *
     * @param uri as in {@link RedisAdapter#classic(String, RedisAdapterOptions)}
     * @throws IllegalArgumentException if it is none of these
     */
    public static Emitter classic(String uri, RedisAdapterOptions options) {
        return classic(RedisServers.at(RedisUri.parse(uri)), options);
    }

    /**
     * To servers on the sharded wire ({@link RedisAdapter#sharded(RedissonClient, RedisAdapterOptions)}), by a client of the caller's, who also
     * ends it. Of the options {@code key} and {@code subscriptionMode} apply, which must be those of the servers. In a Redis Cluster the order
     * is that within a channel.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    public static Emitter sharded(RedissonClient redisson, RedisAdapterOptions options) {
        return sharded(RedisServers.of(redisson), options);
    }

    /** The same with all defaults. */
    public static Emitter sharded(RedissonClient redisson) {
        return sharded(redisson, RedisAdapterOptions.defaults());
    }

    /**
     * To servers on the sharded wire at one Redis, by a client that ends with {@link #close()}. Redis need not be there yet.
     *
     * @param uri as in {@link RedisAdapter#classic(String, RedisAdapterOptions)}
     * @throws IllegalArgumentException if it is none of these
     */
    public static Emitter sharded(String uri, RedisAdapterOptions options) {
        return sharded(RedisServers.at(RedisUri.parse(uri)), options);
    }

    /**
     * To servers on the streams wire ({@link RedisAdapter#streams(RedissonClient, RedisAdapterOptions)}), by a client of the caller's, who also
     * ends it: servers that are cut off read it later. Of the options {@code streamName}, {@code streamCount}, {@code maxLen} and
     * {@code onlyPlaintext} apply, which should be those of the servers. In a Redis Cluster the order is that within a stream.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    public static Emitter streams(RedissonClient redisson, RedisAdapterOptions options) {
        return streams(RedisServers.of(redisson), options);
    }

    /** The same with all defaults. */
    public static Emitter streams(RedissonClient redisson) {
        return streams(redisson, RedisAdapterOptions.defaults());
    }

    /**
     * To servers on the streams wire at one Redis, by a client that ends with {@link #close()}. Redis need not be there yet.
     *
     * @param uri as in {@link RedisAdapter#classic(String, RedisAdapterOptions)}
     * @throws IllegalArgumentException if it is none of these
     */
    public static Emitter streams(String uri, RedisAdapterOptions options) {
        return streams(RedisServers.at(RedisUri.parse(uri)), options);
    }

    /** Writes arguments by this mapper, which is copied; default a {@link JsonMapper} as it is. Binary and dates stay what they are. */
    public Emitter mapper(ObjectMapper mapper) {
        return new Emitter(bus, maxPublishWait, wire.mapper(mapper), namespace, options);
    }

    /** For all clients of a namespace; targets named before do not count. A leading slash is added if there is none. */
    public Emitter of(String namespace) {
        String name = namespace.startsWith("/") ? namespace : "/" + namespace;
        return new Emitter(bus, maxPublishWait, wire, name, BroadcastOptions.ALL);
    }

    /** Adds rooms to the targets. */
    public Emitter to(String... rooms) {
        return with(new BroadcastOptions(union(options.rooms(), rooms), options.except(), options.flags()));
    }

    /** The same as {@link #to}. */
    public Emitter in(String... rooms) {
        return to(rooms);
    }

    /** Excludes the members of rooms; a socket id works, being a room. */
    public Emitter except(String... rooms) {
        return with(new BroadcastOptions(options.rooms(), union(options.except(), rooms), options.flags()));
    }

    /** Node's {@code volatile}: receivers whose transport is not writable at that moment miss it. */
    public Emitter asVolatile() {
        return with(options.flags().withVolatile());
    }

    /** Whether what is sent may be compressed; unset means yes. */
    public Emitter compress(boolean compress) {
        return with(options.flags().withCompress(compress));
    }

    /**
     * Sends an event to the targets.
     *
     * @throws IllegalArgumentException if the name is reserved or an argument cannot be encoded; nothing is sent then
     */
    public void emit(String event, @Nullable Object... arguments) {
        wire.send(new EventPacket(namespace, data(RESERVED, event, arguments)), options);
    }

    /** Makes the targets join rooms. */
    public void socketsJoin(String... rooms) {
        wire.send(namespace, new Request.Join("", targets(), union(Set.of(), rooms)));
    }

    /** Makes the targets leave rooms. */
    public void socketsLeave(String... rooms) {
        wire.send(namespace, new Request.Leave("", targets(), union(Set.of(), rooms)));
    }

    /** Disconnects the targets from the namespace; with {@code close} ends their connections. */
    public void disconnectSockets(boolean close) {
        wire.send(namespace, new Request.Disconnect("", targets(), close));
    }

    /**
     * Calls the server-side listeners of every server of the namespace; targets have no meaning. On the classic wire it travels as JSON, so that
     * binary arrives as {@code {"type":"Buffer","data":[]}} and a date as text. There are no answers: an emitter hears nothing.
     *
     * @throws IllegalArgumentException if the name is reserved or an argument cannot be encoded; nothing is sent then
     */
    public void serverSideEmit(String event, @Nullable Object... arguments) {
        List<@Nullable Object> data = data(RESERVED_FOR_SERVERS, event, arguments);
        wire.send(namespace, new Request.ServerSideEmit(Broadcast.EMITTER, Optional.empty(), data));
    }

    /**
     * Ends this emitter and all that were made from it; what they send from now on is given up.
     *
     * @return done when all that was sent is with Redis or has been given up, which takes {@code maxPublishWait} at most
     */
    public CompletionStage<Void> close() {
        return bus.close(maxPublishWait);
    }

    /** Of a request, which has no flags. */
    private BroadcastOptions targets() {
        return new BroadcastOptions(options.rooms(), options.except(), BroadcastFlags.NONE);
    }

    private Emitter with(BroadcastFlags flags) {
        return with(new BroadcastOptions(options.rooms(), options.except(), flags));
    }

    private Emitter with(BroadcastOptions changed) {
        return new Emitter(bus, maxPublishWait, wire, namespace, changed);
    }

    private static List<@Nullable Object> data(Set<String> reserved, String event, @Nullable Object... arguments) {
        if (reserved.contains(event)) {
            throw new IllegalArgumentException("event: " + event + " (expected: a name that is not reserved)");
        }
        List<@Nullable Object> data = new ArrayList<>(arguments.length + 1);
        data.add(event);
        data.addAll(Arrays.asList(arguments));
        return data;
    }

    private static Set<String> union(Set<String> rooms, String... more) {
        Set<String> union = new LinkedHashSet<>(rooms);
        union.addAll(Arrays.asList(more));
        return union;
    }
}
