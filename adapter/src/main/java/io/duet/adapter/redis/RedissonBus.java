package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.client.protocol.pubsub.PubSubType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus over Redisson, which knows where Redis is and how to log in there; the two connections that are used are the bus's own
 * ({@link RedisLink}).
 *
 * <p>What is wanted and what becomes of links is decided on one thread, messages are handed out on another.
 */
final class RedissonBus implements Bus {
    private static final Logger log = LoggerFactory.getLogger(RedissonBus.class);

    private static final long REPORT_SECONDS = 1;

    private final Supplier<? extends RedissonClient> create;
    private final Consumer<RedissonClient> release;
    private final BusListener listener;
    private final Duration countTimeout;
    private final OrderedPublisher publisher;
    private final Inbox inbox;
    private final LinkKeeper links;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = thread("duet-redis");
    private final ScheduledExecutorService receiving = thread("duet-redis-receiver");
    private final AtomicInteger dropped = new AtomicInteger();
    private final AtomicInteger overrun = new AtomicInteger();
    private volatile boolean closed;

    /** Those below belong to the thread. */
    private final List<Topic> fresh = new ArrayList<>();

    private @Nullable RedissonClient redisson;
    private boolean linkedBefore;

    /**
     * @param create may block, and is called again if it fails
     * @param release what to do with the client in the end
     */
    private RedissonBus(
            Supplier<? extends RedissonClient> create, Consumer<RedissonClient> release, RedisAdapterOptions options) {
        this.create = create;
        this.release = release;
        this.listener = options.listener();
        this.countTimeout = options.requestsTimeout();
        this.publisher = new OrderedPublisher(
                this::send, options.maxPublishWait(), options.maxPublishQueueBytes(), dropped::addAndGet);
        this.inbox = new Inbox(options.maxReceiveQueueBytes(), receiving, this::receive);
        String probe = options.key() + "-duet#" + UUID.randomUUID() + "#";
        this.links = new LinkKeeper(this::master, probe, thread, new LinkOwner());
    }

    /** @throws IllegalArgumentException if the client was not made by {@link Redisson#create} */
    static Redisson usable(RedissonClient redisson) {
        if (requireNonNull(redisson, "redisson") instanceof Redisson usable) {
            return usable;
        }
        throw new IllegalArgumentException(
                "redisson: " + redisson.getClass().getName() + " (expected: made by Redisson.create)");
    }

    /** By a client of the caller's, who also ends it. */
    static RedissonBus over(Redisson redisson, RedisAdapterOptions options) {
        return new RedissonBus(() -> redisson, client -> {}, options).start();
    }

    /** By a client of its own. */
    static RedissonBus to(RedisUri redis, RedisAdapterOptions options) {
        return new RedissonBus(() -> Redisson.create(redis.config()), RedissonClient::shutdown, options).start();
    }

    private RedissonBus start() {
        links.start();
        thread.scheduleWithFixedDelay(this::report, REPORT_SECONDS, REPORT_SECONDS, TimeUnit.SECONDS);
        return this;
    }

    @Override
    public CompletionStage<Subscription> subscribe(String channel, Receiver receiver) {
        return subscribe(channel, Kind.CHANNEL, receiver);
    }

    @Override
    public CompletionStage<Subscription> subscribePattern(String pattern, Receiver receiver) {
        return subscribe(pattern, Kind.PATTERN, receiver);
    }

    @Override
    public CompletionStage<Subscription> subscribeCounted(String channel, Receiver receiver) {
        return subscribe(channel, Kind.COUNTED, receiver);
    }

    @Override
    public void publish(String channel, byte[] payload) {
        publisher.publish(channel, payload);
    }

    @Override
    public CompletionStage<Integer> countSubscribers(String channel) {
        return links.next()
                .orTimeout(countTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(
                        late -> CompletableFuture.failedStage(new IllegalStateException("redis: not connected", late)))
                .thenCompose(link -> link.countSubscribers(channel));
    }

    @Override
    public CompletionStage<List<Object>> eval(String script, List<Object> keys, Object... arguments) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            RedissonClient client = redisson;
                            if (client == null) {
                                throw new IllegalStateException("redis: not connected");
                            }
                            return client.getScript(StringCodec.INSTANCE)
                                    .<List<Object>>evalAsync(
                                            RScript.Mode.READ_WRITE, script, RScript.ReturnType.LIST, keys, arguments);
                        },
                        thread)
                .thenCompose(answer -> answer);
    }

    @Override
    public boolean isReady() {
        RedisLink link = links.current();
        return link != null && !link.isSilent();
    }

    @Override
    public CompletionStage<Void> close(Duration limit) {
        return publisher
                .drain()
                .completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
                .thenRunAsync(this::end, thread);
    }

    private void end() {
        closed = true;
        report();
        links.close();
        thread.shutdown();
        receiving.shutdown();
        RedissonClient client = redisson;
        if (client != null) {
            release.accept(client);
        }
    }

    // Subscriptions

    private CompletionStage<Subscription> subscribe(String name, Kind kind, Receiver receiver) {
        Registration registration = new Registration(name, receiver);
        try {
            thread.execute(() -> add(registration, kind));
        } catch (RejectedExecutionException e) {
            registration.ready.completeExceptionally(e);
        }
        return registration.ready;
    }

    private void add(Registration registration, Kind kind) {
        Topic topic = topics.computeIfAbsent(registration.name, name -> new Topic(name, kind));
        topic.registrations.add(registration);
        if (fresh.isEmpty()) {
            // Behind what is already waiting here, so that many joins at once become one command.
            thread.execute(this::subscribeFresh);
        }
        fresh.add(topic);
    }

    private void subscribeFresh() {
        RedisLink used = links.current();
        for (RedisLink link : links.links()) {
            for (Kind kind : Kind.values()) {
                List<Topic> some =
                        fresh.stream().filter(topic -> topic.kind == kind).toList();
                CompletionStage<Void> confirmed = link.subscribe(kind.subscribe, names(some));
                if (link == used) {
                    confirmed.thenRun(() -> some.forEach(Topic::confirm));
                    confirmed.exceptionally(failure -> {
                        // A link that has ended tells so itself, and the next one subscribes to everything.
                        if (link.isOpen()) {
                            log.warn("redis: not subscribed: {}", failure.getMessage());
                        }
                        return null;
                    });
                }
            }
        }
        fresh.clear();
    }

    private CompletionStage<Void> remove(Registration registration) {
        CompletableFuture<Void> left = new CompletableFuture<>();
        try {
            thread.execute(() -> leave(registration).thenRun(() -> left.complete(null)));
        } catch (RejectedExecutionException e) {
            // The bus is closed, and with it all subscriptions.
            left.complete(null);
        }
        return left;
    }

    private CompletableFuture<Void> leave(Registration registration) {
        Topic topic = topics.get(registration.name);
        if (topic == null || !topic.registrations.remove(registration) || !topic.registrations.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        topics.remove(topic.name);
        return CompletableFuture.allOf(links.links().stream()
                .map(link -> link.unsubscribe(topic.kind.unsubscribe, topic.name))
                .toArray(CompletableFuture<?>[]::new));
    }

    private static Collection<String> names(List<Topic> topics) {
        return topics.stream().map(topic -> topic.name).toList();
    }

    // Messages

    private CompletionStage<Integer> send(List<OrderedPublisher.Message> messages) {
        RedisLink link = links.current();
        return link == null ? CompletableFuture.completedFuture(0) : link.send(messages);
    }

    private void receive(Inbox.Arrival arrival) {
        Topic topic = topics.get(arrival.topic());
        if (topic == null) {
            return;
        }
        for (Registration registration : topic.registrations) {
            try {
                registration.receiver.onMessage(arrival.channel(), arrival.payload());
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
            log.warn("redis: {} messages to other nodes given up", given);
            tell(() -> listener.dropped(given));
        }
        int missed = overrun.getAndSet(0);
        if (missed > 0) {
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

    private RedisClient master() {
        RedissonClient client = redisson;
        if (client == null) {
            client = create.get();
            redisson = client;
        }
        return ((Redisson) client)
                .getCommandExecutor()
                .getConnectionManager()
                .getWriteEntry(0)
                .getClient();
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private enum Kind {
        CHANNEL(PubSubType.SUBSCRIBE, PubSubType.UNSUBSCRIBE),
        PATTERN(PubSubType.PSUBSCRIBE, PubSubType.PUNSUBSCRIBE),
        /** The last, for who is counted must hear everything. */
        COUNTED(PubSubType.SUBSCRIBE, PubSubType.UNSUBSCRIBE);

        private final PubSubType subscribe;
        private final PubSubType unsubscribe;

        Kind(PubSubType subscribe, PubSubType unsubscribe) {
            this.subscribe = subscribe;
            this.unsubscribe = unsubscribe;
        }
    }

    /** A channel or pattern that somebody here listens to. */
    private static final class Topic {
        private final String name;
        private final Kind kind;
        private final List<Registration> registrations = new CopyOnWriteArrayList<>();

        Topic(String name, Kind kind) {
            this.name = name;
            this.kind = kind;
        }

        void confirm() {
            registrations.forEach(registration -> registration.ready.complete(registration));
        }
    }

    /** One who listens. */
    private final class Registration implements Subscription {
        private final String name;
        private final Receiver receiver;
        private final CompletableFuture<Subscription> ready = new CompletableFuture<>();

        Registration(String name, Receiver receiver) {
            this.name = name;
            this.receiver = receiver;
        }

        @Override
        public CompletionStage<Void> cancel() {
            return remove(this);
        }
    }

    private final class LinkOwner implements LinkKeeper.Owner {
        @Override
        public CompletionStage<Void> subscribeAll(RedisLink link) {
            CompletionStage<Void> done = CompletableFuture.completedFuture(null);
            for (Kind kind : Kind.values()) {
                List<Topic> some = of(kind).toList();
                done = done.thenCompose(before -> link.subscribe(kind.subscribe, names(some)));
            }
            return done;
        }

        @Override
        public Collection<String> countedChannels() {
            return names(of(Kind.COUNTED).toList());
        }

        @Override
        public void onLinked(RedisLink link) {
            topics.values().stream()
                    .filter(topic -> link.names().contains(topic.name))
                    .forEach(Topic::confirm);
            log.info("redis: connected to {}", link);
            if (linkedBefore) {
                log.warn("redis: subscribed anew; messages of other nodes may have been missed");
                tell(listener::gapSuspected);
            }
            linkedBefore = true;
            tell(listener::regained);
        }

        @Override
        public void onLost(String reason) {
            if (!closed) {
                log.warn("redis: lost ({}); other nodes are not reached until it is back", reason);
                tell(listener::lost);
            }
        }

        @Override
        public void onMessage(String topic, String channel, byte[] payload) {
            if (!inbox.offer(new Inbox.Arrival(topic, channel, payload))) {
                overrun.incrementAndGet();
            }
        }

        private Stream<Topic> of(Kind kind) {
            return topics.values().stream().filter(topic -> topic.kind == kind);
        }
    }
}
