package io.duet.adapter.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.redisson.client.ChannelName;
import org.redisson.client.RedisClient;
import org.redisson.client.RedisConnection;
import org.redisson.client.RedisConnectionException;
import org.redisson.client.RedisPubSubConnection;
import org.redisson.client.RedisPubSubListener;
import org.redisson.client.RedisRedirectException;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.client.protocol.CommandData;
import org.redisson.client.protocol.CommandsData;
import org.redisson.client.protocol.RedisCommand;
import org.redisson.client.protocol.RedisCommands;
import org.redisson.client.protocol.RedisStrictCommand;
import org.redisson.client.protocol.convertor.VoidReplayConvertor;
import org.redisson.client.protocol.decoder.ObjectListReplayDecoder;
import org.redisson.client.protocol.pubsub.PubSubType;

/**
 * Two connections to one Redis server, for publishing and for subscriptions, that live and end together.
 *
 * <p>They are made by Redisson's low-level client from the settings of a {@code RedissonClient}, so that addresses, TLS and credentials are
 * its business, and belong to nobody else: what is published stays in order, what is received comes in one order over all channels, and
 * nothing is subscribed anew behind our back. A link that has ended stays so.
 *
 * <p>When a server goes, one connection tells so before the other; on the other there may still be messages and answers. So they are read to
 * their end before the link has ended.
 *
 * <p>Each link listens to a channel of its own. What it publishes there and hears again ({@link #isAlive}) has passed both connections and
 * the server.
 */
final class RedisLink {
    private static final int OPEN_MILLIS = 2000;

    /** For what is still to be read of one connection when the other has gone. */
    private static final int DRAIN_MILLIS = 3000;

    /** In one SUBSCRIBE: enough to be quick, few enough to let others in between. In one SSUBSCRIBE all would have to be of one slot. */
    private static final int NAMES_AT_ONCE = 1000;

    /** In a row: the server is busy, or has gone without a word. */
    private static final int PROBES_UNTIL_SILENT = 4;

    /** In a row: it has gone. Until then what waits at both ends is not lost, and a link that was given up too early would lose it. */
    private static final int PROBES_UNTIL_DEAD = 20;

    private static final byte[] PROBE = {1};
    private static final byte[] MARK = {2};
    private static final RedisStrictCommand<Void> PING = new RedisStrictCommand<>("PING", new VoidReplayConvertor());
    private static final RedisCommand<List<Object>> ROLE = new RedisCommand<>("ROLE", new ObjectListReplayDecoder<>());

    private static final Set<PubSubType> UNSUBSCRIBING =
            EnumSet.of(PubSubType.UNSUBSCRIBE, PubSubType.PUNSUBSCRIBE, PubSubType.SUNSUBSCRIBE);

    /** Takes what arrives, on a thread that must not be kept. */
    interface Receiver {
        /** @param topic the channel or pattern that was subscribed */
        void onMessage(String topic, String channel, byte[] payload);
    }

    private final RedisClient master;
    private final RedisConnection commands;
    private final RedisPubSubConnection subscriptions;
    private final ChannelName probeChannel;
    private final Succession succession;
    private final CompletableFuture<Void> ending;
    private final CompletableFuture<String> closed;
    private final Listener listener = new Listener();
    private final Map<ChannelName, Confirmation> subscribing = new ConcurrentHashMap<>();
    private final Map<ChannelName, Confirmation> unsubscribing = new ConcurrentHashMap<>();
    private final Map<ChannelName, CompletableFuture<Void>> leaving = new ConcurrentHashMap<>();

    /** Subscribed, or asked to be. */
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    private volatile CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);
    private volatile CompletableFuture<Void> probe = CompletableFuture.completedFuture(null);
    private volatile boolean arrived;

    /** Written by the one thread that asks. */
    private volatile int probesMissed;

    /** The batch that was under way when it was asked last. */
    private CompletableFuture<Void> underWayBefore = underWay;

    private RedisLink(
            RedisClient master,
            RedisConnection commands,
            RedisPubSubConnection subscriptions,
            String probeChannel,
            Succession succession,
            CompletableFuture<Void> ending,
            CompletableFuture<String> closed) {
        this.master = master;
        this.commands = commands;
        this.subscriptions = subscriptions;
        this.probeChannel = new ChannelName(probeChannel);
        this.succession = succession;
        this.ending = ending;
        this.closed = closed;
        ending.thenRun(this::onEnding);
        closed.thenRun(this::onClosed);
    }

    /**
     * Connects.
     *
     * @param master where to, and the settings
     * @param loop where the connections are read
     * @param probeChannel a name that nobody else uses
     * @param before the link that was used before, if it is still open: its messages come first
     */
    static CompletableFuture<RedisLink> open(
            RedisClient master, RedisLoop loop, String probeChannel, @Nullable RedisLink before, Receiver receiver) {
        Succession succession = new Succession(receiver, before == null ? null : before::mark, loop.executor());
        CompletableFuture<Void> ending = new CompletableFuture<>();
        CompletableFuture<String> closed = new CompletableFuture<>();
        RedisClient client = loop.client(master, () -> {
            if (!ending.complete(null)) {
                closed.complete("disconnected");
            }
        });
        closed.thenRun(client::shutdownAsync);
        CompletableFuture<RedisConnection> commands = client.connectAsync().toCompletableFuture();
        CompletableFuture<RedisPubSubConnection> subscriptions =
                client.connectPubSubAsync().toCompletableFuture();
        return commands.thenCombine(
                        subscriptions,
                        (first, second) ->
                                new RedisLink(master, first, second, probeChannel, succession, ending, closed))
                .thenCompose(link -> link.subscribe(PubSubType.SUBSCRIBE, List.of(probeChannel))
                        .thenApply(done -> link))
                .orTimeout(OPEN_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((link, failure) -> {
                    if (failure != null) {
                        closed.complete("not connected");
                    }
                });
    }

    /** The server, as Redisson knows it. */
    RedisClient master() {
        return master;
    }

    boolean isOpen() {
        return !ending.isDone() && !closed.isDone();
    }

    /** Done when the link has ended, with the reason. */
    CompletableFuture<String> closed() {
        return closed;
    }

    void close(String reason) {
        closed.complete(reason);
    }

    /**
     * Publishes a batch; {@link OrderedPublisher.Transport}. One at a time. It takes as long as the server does, or until the link ends: answers
     * that came later would be taken for those of what is sent next.
     *
     * <p>Redis answers before it writes to the subscribers, and may die between the two. That it has done both is known when it answers to what
     * came later; until then the whole batch is to be sent again, but for what Redis keeps.
     */
    CompletionStage<List<Outgoing>> send(List<Outgoing> messages) {
        List<CommandData<?, ?>> batch = new ArrayList<>(messages.size());
        messages.forEach(message -> batch.add(message.data()));
        CompletableFuture<Void> done = new CompletableFuture<>();
        underWay = done;
        if (!isOpen()) {
            return CompletableFuture.completedFuture(messages);
        }
        CompletableFuture<Void> answered = new CompletableFuture<>();
        commands.send(new CommandsData(answered, batch, false, false));
        answered.thenAccept(all -> ping(done));
        answered.exceptionally(failure -> {
            done.completeExceptionally(failure);
            return null;
        });
        return done.handle((all, failure) -> {
            if (failure == null) {
                return List.of();
            }
            if (failure instanceof RedisRedirectException) {
                // All are answered, and a slot of the cluster has gone elsewhere with its messages.
                return left(messages, batch);
            }
            close("not published: " + failure);
            return messages.subList(Math.min(answered(batch), kept(messages)), messages.size());
        });
    }

    private static List<Outgoing> left(List<Outgoing> messages, List<CommandData<?, ?>> batch) {
        return IntStream.range(0, batch.size())
                .filter(i -> !batch.get(i).isSuccess())
                .mapToObj(messages::get)
                .toList();
    }

    /** Without a limit of time: what is sent next would be given its answer. */
    private void ping(CompletableFuture<Void> answered) {
        commands.send(new CommandData<>(answered, StringCodec.INSTANCE, PING, new Object[0]));
    }

    private static int answered(List<CommandData<?, ?>> batch) {
        int count = 0;
        while (count < batch.size() && batch.get(count).isSuccess()) {
            count++;
        }
        return count;
    }

    /** How many there are before one that is not. */
    private static int kept(List<Outgoing> messages) {
        int count = 0;
        while (count < messages.size() && messages.get(count).kept()) {
            count++;
        }
        return count;
    }

    /** How many connections are subscribed to this channel at this server. */
    CompletionStage<Integer> countSubscribers(PubSub kind, String channel) {
        return commands.<Long, Long>async(StringCodec.INSTANCE, kind.count(), channel)
                .thenApply(Long::intValue);
    }

    /** Whether the server takes itself for a master. */
    CompletionStage<Boolean> isMaster() {
        return commands.<List<Object>, List<Object>>async(StringCodec.INSTANCE, ROLE)
                .thenApply(role -> "master".equals(role.get(0)));
    }

    /** Channels and patterns that are subscribed, or on the way to be. */
    Set<String> names() {
        return names;
    }

    /**
     * Subscribes to what is not subscribed yet.
     *
     * @param type SUBSCRIBE, PSUBSCRIBE or SSUBSCRIBE
     * @return done when the server has confirmed all
     */
    CompletableFuture<Void> subscribe(PubSubType type, Collection<String> wanted) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        List<ChannelName> some = new ArrayList<>();
        for (String name : wanted) {
            ChannelName channel = new ChannelName(name);
            CompletableFuture<Void> left = leaving.get(channel);
            if (!names.add(name)) {
                continue;
            }
            if (left == null) {
                some.add(channel);
            } else {
                all.add(left.thenCompose(done -> request(type, List.of(channel))));
            }
            if (some.size() == (type == PubSubType.SSUBSCRIBE ? 1 : NAMES_AT_ONCE)) {
                all.add(request(type, some));
                some = new ArrayList<>();
            }
        }
        if (!some.isEmpty()) {
            all.add(request(type, some));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    }

    /** @return done when the server has confirmed, or the link has ended */
    CompletableFuture<Void> unsubscribe(PubSubType type, String name) {
        ChannelName channel = new ChannelName(name);
        names.remove(name);
        CompletableFuture<Void> left = request(type, List.of(channel)).exceptionally(failure -> null);
        leaving.put(channel, left);
        left.thenRun(() -> leaving.remove(channel, left));
        return left;
    }

    private CompletableFuture<Void> request(PubSubType type, List<ChannelName> names) {
        Confirmation confirmation = new Confirmation(names.size());
        ChannelName[] array = names.toArray(ChannelName[]::new);
        Map<ChannelName, Confirmation> unconfirmed = unconfirmed(type);
        names.forEach(name -> unconfirmed.put(name, confirmation));
        if (closed.isDone()) {
            confirmation.done.completeExceptionally(ended());
        } else if (UNSUBSCRIBING.contains(type)) {
            subscriptions.unsubscribe(type, array);
        } else {
            names.forEach(name -> subscriptions.addListener(name, listener));
            CompletableFuture<Void> refused = new CompletableFuture<>();
            refused.exceptionally(failure -> {
                confirmation.done.completeExceptionally(failure);
                return null;
            });
            if (type == PubSubType.SUBSCRIBE) {
                subscriptions.subscribe(refused, ByteArrayCodec.INSTANCE, array);
            } else if (type == PubSubType.SSUBSCRIBE) {
                subscriptions.ssubscribe(refused, ByteArrayCodec.INSTANCE, array);
            } else {
                subscriptions.psubscribe(refused, ByteArrayCodec.INSTANCE, array);
            }
        }
        return confirmation.done;
    }

    /** Kept apart: a name may be on its way out before it is in. */
    private Map<ChannelName, Confirmation> unconfirmed(PubSubType type) {
        return UNSUBSCRIBING.contains(type) ? unsubscribing : subscribing;
    }

    /** Publishes to itself; done when that has come back, never if it does not. */
    CompletableFuture<Void> probe() {
        CompletableFuture<Void> heard = new CompletableFuture<>();
        probe = heard;
        commands.async(ByteArrayCodec.INSTANCE, RedisCommands.PUBLISH, probeChannel, PROBE);
        return heard;
    }

    /**
     * Publishes to itself; on the loop.
     *
     * @return done when all that the server had taken before has been handed on, with whether to ask for more
     */
    private CompletionStage<Boolean> mark() {
        if (isSilent()) {
            return CompletableFuture.completedFuture(false);
        }
        CompletionStage<Boolean> mark = succession.expectMark();
        if (isOpen()) {
            commands.async(ByteArrayCodec.INSTANCE, RedisCommands.PUBLISH, probeChannel, MARK);
        }
        return mark;
    }

    /**
     * Called at intervals: publishes to itself, and looks whether what was published at the time before has come back. Anything else that comes
     * will do, unless a batch waits for its answer meanwhile.
     *
     * @return whether there is still hope that the server answers
     */
    boolean isAlive() {
        CompletableFuture<Void> batch = underWay;
        boolean stuck = batch == underWayBefore && !batch.isDone();
        boolean heard = arrived;
        underWayBefore = batch;
        arrived = false;
        if (probe.isDone()) {
            probesMissed = 0;
            probe();
        } else {
            probesMissed = heard && !stuck ? 0 : probesMissed + 1;
        }
        return probesMissed < PROBES_UNTIL_DEAD;
    }

    /** Whether nothing has come for a while. For any thread. */
    boolean isSilent() {
        return probesMissed >= PROBES_UNTIL_SILENT;
    }

    /** One of the two has gone: it must not come back, while the other is read to its end. */
    private void onEnding() {
        if (subscriptions.isActive()) {
            commands.closeAsync();
            // The answer comes behind all messages; from a server that has gone, the end of the connection does. A PING
            // would do too, but Redisson takes a message that comes before its answer for the answer.
            unsubscribe(PubSubType.UNSUBSCRIBE, probeChannel.toString())
                    .orTimeout(DRAIN_MILLIS, TimeUnit.MILLISECONDS)
                    .whenComplete((answered, failure) -> closed.complete("disconnected"));
        } else {
            subscriptions.closeAsync();
            underWay.whenComplete((answered, failure) -> closed.complete("disconnected"));
        }
    }

    private void onClosed() {
        underWay.completeExceptionally(ended());
        Stream.of(subscribing, unsubscribing)
                .flatMap(unconfirmed -> unconfirmed.values().stream())
                .forEach(confirmation -> confirmation.done.completeExceptionally(ended()));
        succession.end();
    }

    private static RedisConnectionException ended() {
        return new RedisConnectionException("connection ended");
    }

    @Override
    public String toString() {
        return String.valueOf(master.getAddr());
    }

    /** Of one request for many channels. */
    private static final class Confirmation {
        private final AtomicInteger left;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Confirmation(int names) {
            this.left = new AtomicInteger(names);
        }

        void one() {
            if (left.decrementAndGet() == 0) {
                done.complete(null);
            }
        }
    }

    private final class Listener implements RedisPubSubListener<byte[]> {
        @Override
        public void onMessage(CharSequence channel, byte[] payload) {
            String name = channel.toString();
            if (name.equals(probeChannel.toString())) {
                if (Arrays.equals(payload, MARK)) {
                    succession.onMark();
                } else {
                    probe.complete(null);
                }
            } else {
                arrived = true;
                succession.onMessage(name, name, payload);
            }
        }

        @Override
        public void onPatternMessage(CharSequence pattern, CharSequence channel, byte[] payload) {
            arrived = true;
            succession.onMessage(pattern.toString(), channel.toString(), payload);
        }

        @Override
        public void onStatus(PubSubType type, CharSequence channel) {
            ChannelName name = (ChannelName) channel;
            if (UNSUBSCRIBING.contains(type)) {
                subscriptions.removeListener(name, this);
            }
            @Nullable Confirmation confirmation = unconfirmed(type).remove(name);
            if (confirmation != null) {
                confirmation.one();
            }
        }
    }
}
