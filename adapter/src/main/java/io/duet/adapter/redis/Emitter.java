package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;

/**
 * Sends to the clients of a cluster from a process that serves none, as {@code @socket.io/redis-emitter} 5.1 does: Duet and Node servers with
 * the same key understand it, and it does not count as one of them.
 *
 * <p>Immutable: each call that says whom an event is for gives a new emitter over the same connection, so one can be kept and used by many
 * threads. Targets are the union of the rooms (every client of the namespace, if none is named) minus the members of the excepted ones; each
 * gets one copy.
 *
 * <p>No call blocks. What one thread sends leaves in its order; while Redis is away it waits within the bounds of
 * {@link RedisAdapterOptions}, and what is given up is reported to its listener. It is sent again if Redis did not answer for it, so it arrives
 * twice if only the answer was lost. Nothing tells whether a client got it.
 *
 * <pre>{@code
 * Emitter io = Emitter.create("redis://localhost:6379", RedisAdapterOptions.defaults());
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
    private final RedisAdapterOptions settings;
    private final ClassicCodec codec;
    private final Channels channels;
    private final String namespace;
    private final BroadcastOptions options;

    private Emitter(
            Bus bus, RedisAdapterOptions settings, ClassicCodec codec, String namespace, BroadcastOptions options) {
        this.bus = bus;
        this.settings = settings;
        this.codec = codec;
        this.channels = new Channels(settings.key(), namespace);
        this.namespace = namespace;
        this.options = options;
    }

    /** For all clients of the namespace {@code /}. */
    Emitter(Bus bus, RedisAdapterOptions settings) {
        this(bus, settings, new ClassicCodec(new JsonMapper()), "/", BroadcastOptions.ALL);
    }

    /** By a client of the caller's, who also ends it; with all defaults. */
    public static Emitter create(RedissonClient redisson) {
        return create(redisson, RedisAdapterOptions.defaults());
    }

    /** The same. Of the options {@code key}, {@code maxPublishWait}, {@code maxPublishQueueBytes} and {@code listener} apply. */
    public static Emitter create(RedissonClient redisson, RedisAdapterOptions options) {
        return new Emitter(RedissonBus.start(RedisServers.of(redisson), options, PubSub.PLAIN), options);
    }

    /**
     * By a client that ends with {@link #close()}. Redis need not be there yet.
     *
     * @param uri as in {@link RedisAdapter#classic(String, RedisAdapterOptions)}
     * @throws IllegalArgumentException if it is none of these
     */
    public static Emitter create(String uri, RedisAdapterOptions options) {
        return new Emitter(RedissonBus.start(RedisServers.at(RedisUri.parse(uri)), options, PubSub.PLAIN), options);
    }

    /** Writes arguments by this mapper, which is copied; default a {@link JsonMapper} as it is. Binary and dates stay what they are. */
    public Emitter mapper(ObjectMapper mapper) {
        return new Emitter(bus, settings, new ClassicCodec(mapper), namespace, options);
    }

    /** For all clients of a namespace; targets named before do not count. A leading slash is added if there is none. */
    public Emitter of(String namespace) {
        String name = namespace.startsWith("/") ? namespace : "/" + namespace;
        return new Emitter(bus, settings, codec, name, BroadcastOptions.ALL);
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
        EventPacket packet = new EventPacket(namespace, data(RESERVED, event, arguments));
        byte[] payload = codec.encode(new Broadcast(Broadcast.EMITTER, packet, options));
        bus.publish(channels.broadcastTo(options.rooms()), payload);
    }

    /** Makes the targets join rooms. */
    public void socketsJoin(String... rooms) {
        request(new Request.Join("", options, union(Set.of(), rooms)));
    }

    /** Makes the targets leave rooms. */
    public void socketsLeave(String... rooms) {
        request(new Request.Leave("", options, union(Set.of(), rooms)));
    }

    /** Disconnects the targets from the namespace; with {@code close} ends their connections. */
    public void disconnectSockets(boolean close) {
        request(new Request.Disconnect("", options, close));
    }

    /**
     * Calls the server-side listeners of every server of the namespace; targets have no meaning. Travels as JSON, so that binary arrives as
     * {@code {"type":"Buffer","data":[]}} and a date as text. There are no answers: an emitter hears nothing.
     *
     * @throws IllegalArgumentException if the name is reserved or an argument cannot be encoded; nothing is sent then
     */
    public void serverSideEmit(String event, @Nullable Object... arguments) {
        List<@Nullable Object> data = data(RESERVED_FOR_SERVERS, event, arguments);
        request(new Request.ServerSideEmit(Broadcast.EMITTER, Optional.empty(), data));
    }

    /**
     * Ends this emitter and all that were made from it; what they send from now on is given up.
     *
     * @return done when all that was sent is with Redis or has been given up, which takes {@code maxPublishWait} at most
     */
    public CompletionStage<Void> close() {
        return bus.close(settings.maxPublishWait());
    }

    private void request(Request request) {
        bus.publish(channels.request(), codec.encode(request));
    }

    private Emitter with(BroadcastFlags flags) {
        return with(new BroadcastOptions(options.rooms(), options.except(), flags));
    }

    private Emitter with(BroadcastOptions changed) {
        return new Emitter(bus, settings, codec, namespace, changed);
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
