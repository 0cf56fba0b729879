package io.duet.adapter.redis;

import io.duet.adapter.BusStatistics.Direction;
import io.duet.adapter.FailureText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.redisson.client.RedisClient;
import org.redisson.connection.ConnectionManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus over Redisson, which knows where Redis is and how to log in there; the connections that are used are the bus's own
 * ({@link RedisLink}), two to each of its {@link Shards}.
 *
 * <p>What is wanted and what becomes of links is decided on one thread, which may wait for Redisson; connections are read and messages handed
 * out on another, the {@link RedisLoop}.
 */
final class RedissonBus implements Bus {
    private static final Logger log = LoggerFactory.getLogger(RedissonBus.class);

    private static final long REPORT_SECONDS = 1;

    /** Used on the thread. */
    private final RedisServers servers;

    private final BusListener listener;
    private final Duration countTimeout;
    private final PubSub commands;
    private final Inbox inbox;
    private final Shards shards;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "duet-redis");
        created.setDaemon(true);
        return created;
    });
    private final RedisLoop loop;
    private final AtomicInteger dropped = new AtomicInteger();
    private final AtomicInteger overrun = new AtomicInteger();
    private final BusCounters counters;
    private final LatencyProbe latency;
    private volatile boolean closed;

    /** Those below belong to the thread. */
    private final List<Topic> fresh = new ArrayList<>();

    private RedissonBus(
            RedisServers servers, RedisAdapterOptions options, BusCounters counters, PubSub commands, RedisLoop loop) {
        this.servers = servers;
        this.loop = loop;
        this.listener = options.listener();
        this.countTimeout = options.requestsTimeout();
        this.commands = commands;
        this.counters = counters;
        this.latency = new LatencyProbe(this, counters, options.key());
        this.inbox = new Inbox(options.maxReceiveQueueBytes(), loop.executor(), this::receive);
        Function<Supplier<RedisClient>, Shard> shard =
                master -> new Shard(master, loop, options, commands, thread, dropped::addAndGet, new ShardHost());
        // Of a Redis Cluster, plain publish/subscribe needs one server only.
        Optional<ConnectionManager> cluster = commands == PubSub.SHARDED ? servers.cluster() : Optional.empty();
        this.shards = cluster.<Shards>map(masters -> new Shards.OfCluster(masters, shard))
                .orElseGet(() -> new Shards.Single(shard.apply(servers::master)));
    }

    /** @param loop ends with the bus, if it is its own */
    static RedissonBus start(
            RedisServers servers, RedisAdapterOptions options, PubSub commands, BusCounters counters, RedisLoop loop) {
        RedissonBus bus = new RedissonBus(servers, options, counters, commands, loop);
        counters.bus(bus);
        bus.thread.execute(bus.shards::start);
        bus.thread.scheduleWithFixedDelay(bus::tick, REPORT_SECONDS, REPORT_SECONDS, TimeUnit.SECONDS);
        return bus;
    }

    /** The same for who does not count. */
    static RedissonBus start(RedisServers servers, RedisAdapterOptions options, PubSub commands) {
        return start(servers, options, commands, new BusCounters(), RedisLoop.own());
    }

    private void tick() {
        report();
        latency.tick();
        try {
            moveTopics();
            shards.retire();
        } catch (RuntimeException e) {
            log.warn("redis: masters of the cluster not known: {}", FailureText.of(e));
        }
    }

    @Override
    public CompletionStage<Subscription> subscribe(String channel, Receiver receiver) {
        return subscribe(channel, Topic.Kind.CHANNEL, receiver);
    }

    @Override
    public CompletionStage<Subscription> subscribePattern(String pattern, Receiver receiver) {
        return subscribe(pattern, Topic.Kind.PATTERN, receiver);
    }

    @Override
    public CompletionStage<Subscription> subscribeCounted(String channel, Receiver receiver) {
        return subscribe(channel, Topic.Kind.COUNTED, receiver);
    }

    @Override
    public void publish(String channel, byte[] payload) {
        send(Outgoing.message(commands, channel, payload));
    }

    @Override
    public void append(String stream, int maxLength, StreamEntry entry) {
        send(Outgoing.entry(stream, maxLength, entry));
    }

    private void send(Outgoing message) {
        shards.of(message.key()).send(message);
    }

    @Override
    public CompletionStage<Integer> countSubscribers(String channel) {
        CompletionStage<Integer> here = shards.of(channel).countSubscribers(channel, countTimeout);
        if (commands == PubSub.SHARDED) {
            return here;
        }
        return here.thenComposeAsync(
                count -> servers.cluster().isEmpty()
                        ? CompletableFuture.completedFuture(count)
                        : servers.countAtAll(channel)
                                .toCompletableFuture()
                                .orTimeout(countTimeout.toMillis(), TimeUnit.MILLISECONDS),
                thread);
    }

    @Override
    public CompletionStage<List<Object>> eval(String script, List<Object> keys, Object... arguments) {
        try {
            return CompletableFuture.supplyAsync(() -> servers.eval(script, keys, arguments), thread)
                    .thenCompose(answer -> answer);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public PubSub kind() {
        return commands;
    }

    @Override
    public boolean isReady() {
        Collection<Shard> all = shards.all();
        return !all.isEmpty() && all.stream().allMatch(Shard::isReady);
    }

    int subscriptions() {
        return topics.size();
    }

    long queuedMessages(Direction direction) {
        return direction == Direction.IN
                ? inbox.queuedMessages()
                : shards.all().stream().mapToLong(Shard::queuedMessages).sum();
    }

    long queuedBytes(Direction direction) {
        return direction == Direction.IN
                ? inbox.queuedBytes()
                : shards.all().stream().mapToLong(Shard::queuedBytes).sum();
    }

    @Override
    public CompletionStage<Void> close(Duration limit) {
        return drain().completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
                .thenRunAsync(this::end, thread);
    }

    /** Again while messages move from one shard to another. */
    private CompletableFuture<Void> drain() {
        return CompletableFuture.allOf(shards.all().stream().map(Shard::drain).toArray(CompletableFuture<?>[]::new))
                .thenCompose(
                        done -> queuedMessages(Direction.OUT) > 0 ? drain() : CompletableFuture.completedFuture(null));
    }

    private void end() {
        closed = true;
        dropped.addAndGet(shards.all().stream().mapToInt(Shard::queuedMessages).sum());
        report();
        shards.all().forEach(Shard::close);
        thread.shutdown();
        loop.close();
        servers.close();
    }

    // Subscriptions

    private CompletionStage<Subscription> subscribe(String name, Topic.Kind kind, Receiver receiver) {
        Topic.Registration registration = new Topic.Registration(receiver, new CompletableFuture<>());
        try {
            thread.execute(() -> add(name, kind, registration));
        } catch (RejectedExecutionException e) {
            registration.ready().completeExceptionally(e);
        }
        return registration.ready().thenApply(confirmed -> () -> remove(name, registration));
    }

    private void add(String name, Topic.Kind kind, Topic.Registration registration) {
        Topic topic = topics.computeIfAbsent(name, key -> new Topic(name, kind, shards.of(name)));
        topic.registrations().add(registration);
        if (fresh.isEmpty()) {
            // Behind what is already waiting here, so that many joins at once become one command.
            thread.execute(this::subscribeFresh);
        }
        fresh.add(topic);
    }

    private void subscribeFresh() {
        shards.all().forEach(shard -> shard.subscribe(fresh));
        fresh.clear();
    }

    private CompletionStage<Void> remove(String name, Topic.Registration registration) {
        CompletableFuture<Void> left = new CompletableFuture<>();
        try {
            thread.execute(() -> leave(name, registration).thenRun(() -> left.complete(null)));
        } catch (RejectedExecutionException e) {
            // The bus is closed, and with it all subscriptions.
            left.complete(null);
        }
        return left;
    }

    private CompletableFuture<Void> leave(String name, Topic.Registration registration) {
        Topic topic = topics.get(name);
        if (topic == null
                || !topic.registrations().remove(registration)
                || !topic.registrations().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        topics.remove(name);
        return topic.shard().unsubscribe(topic);
    }

    /** Slots of a cluster may go to another master, where others may have published before this is known here. */
    private void moveTopics() {
        int moved = 0;
        for (Topic topic : topics.values()) {
            Shard now = shards.of(topic.name());
            Shard before = topic.shard();
            if (now != before) {
                topic.moveTo(now);
                now.subscribe(List.of(topic));
                before.unsubscribe(topic);
                moved++;
            }
        }
        if (moved > 0) {
            suspectGap(moved, "slots of the cluster have moved");
        }
    }

    private void suspectGap(int resubscriptions, String reason) {
        counters.gaps.increment();
        counters.resubscriptions.add(resubscriptions);
        log.warn("redis: {}; messages of other nodes may have been missed", reason);
        tell(listener::gapSuspected);
    }

    // Messages

    private void receive(Inbox.Arrival arrival) {
        Topic topic = topics.get(arrival.topic());
        if (topic == null) {
            return;
        }
        for (Topic.Registration registration : topic.registrations()) {
            try {
                registration.receiver().onMessage(arrival.channel(), arrival.payload());
            } catch (RuntimeException e) {
                // A message must never end a subscription.
                log.error("message on a redis channel could not be handled", e);
            }
        }
    }

    /** At intervals, since there may be very many. */
    private void report() {
        int given = dropped.getAndSet(0);
        if (given > 0) {
            counters.drop(Direction.OUT, given);
            log.warn("redis: {} messages to other nodes given up", given);
            tell(() -> listener.dropped(given));
        }
        int missed = overrun.getAndSet(0);
        if (missed > 0) {
            counters.drop(Direction.IN, missed);
            log.warn("redis: {} messages of other nodes given up, this node is too slow for them", missed);
            tell(() -> listener.overrun(missed));
        }
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            log.error("listener of the redis connection failed", e);
        }
    }

    /** Where the connections of this node are read, until the bus is closed. */
    RedisLoop loop() {
        return loop;
    }

    /** The server that has a key at this moment. */
    CompletionStage<RedisClient> masterOf(String key) {
        return CompletableFuture.supplyAsync(() -> servers.masterOf(key), thread);
    }

    /** Messages to other nodes were given up, or may have been missed, by another way than this bus. */
    StreamLog.Listener streamListener() {
        return new StreamLog.Listener() {
            @Override
            public void gap() {
                counters.gaps.increment();
                tell(listener::gapSuspected);
            }

            @Override
            public void appended(int entries) {
                counters.published.add(entries);
            }

            @Override
            public void read(int entries) {
                counters.received.add(entries);
            }

            @Override
            public void dropped(int entries) {
                dropped.addAndGet(entries);
            }
        };
    }

    private final class ShardHost implements Shard.Host {
        @Override
        public Stream<Topic> topicsOf(Shard shard) {
            return topics.values().stream().filter(topic -> topic.shard() == shard);
        }

        @Override
        public Shard shardOf(String key) {
            return shards.of(key);
        }

        @Override
        public void onLinked(boolean again, int subscriptions) {
            if (again) {
                suspectGap(subscriptions, "subscribed anew");
            }
            if (isReady()) {
                tell(listener::regained);
            }
        }

        @Override
        public void onLost(String reason) {
            if (!closed) {
                counters.lost.increment();
                log.warn("redis: lost ({}); other nodes are not reached until it is back", reason);
                tell(listener::lost);
            }
        }

        @Override
        public void onSent(int taken, int left) {
            counters.published.add(taken);
            counters.retries.add(left);
        }

        @Override
        public void onMessage(String topic, String channel, byte[] payload) {
            counters.received.increment();
            if (!inbox.offer(new Inbox.Arrival(topic, channel, payload))) {
                overrun.incrementAndGet();
            }
        }
    }
}
