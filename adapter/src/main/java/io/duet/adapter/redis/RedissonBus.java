package io.duet.adapter.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RPatternTopic;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.listener.StatusListener;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus over Redisson; the only user of Redisson.
 *
 * <p>Redisson is called on one thread of the bus's own, since a first call may block while it connects. Whether all is well is found out by a
 * sentry: a channel of this bus alone, on which it publishes a little message every second. What comes back has passed the publisher, Redis
 * and the connection of all subscriptions; what does not come back means that Redis is away.
 */
final class RedissonBus implements Bus {
    private static final Logger log = LoggerFactory.getLogger(RedissonBus.class);

    private static final Duration SENTRY_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SENTRY_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration SUBSCRIBE_RETRY = Duration.ofMillis(500);
    private static final byte[] SENTRY_CALL = "ok".getBytes(StandardCharsets.US_ASCII);

    private final RedissonClient redisson;
    private final Runnable release;
    private final BusListener listener;
    private final OrderedPublisher publisher;
    private final String sentry;
    private final ScheduledExecutorService commands = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "duet-redis");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean ready;
    private volatile boolean closed;
    private volatile long heardNanos;
    private final AtomicBoolean subscribedBefore = new AtomicBoolean();

    /** @param release ends the client, if it is the bus's own */
    RedissonBus(RedissonClient redisson, Runnable release, RedisAdapterOptions options) {
        this.redisson = redisson;
        this.release = release;
        this.listener = options.listener();
        this.sentry = options.key() + "-duet#" + UUID.randomUUID() + "#";
        this.publisher = new OrderedPublisher(
                this::send, options.maxPublishWait(), options.maxPublishQueueBytes(), new PublisherObserver());
    }

    void start() {
        heardNanos = System.nanoTime();
        RTopic topic = redisson.getTopic(sentry, ByteArrayCodec.INSTANCE);
        retried(() -> topic.addListenerAsync(new SentryStatus()).toCompletableFuture())
                .thenCompose(first -> subscribe(sentry, (channel, payload) -> onSentry()));
        commands.scheduleAtFixedRate(this::callSentry, 0, SENTRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<Subscription> subscribe(String channel, Receiver receiver) {
        return retried(() -> {
                    RTopic topic = redisson.getTopic(channel, ByteArrayCodec.INSTANCE);
                    return topic.addListenerAsync(byte[].class, (name, payload) -> receive(receiver, channel, payload))
                            .toCompletableFuture();
                })
                .thenApply(id -> () -> command(() -> redisson.getTopic(channel, ByteArrayCodec.INSTANCE)
                        .removeListenerAsync(id)
                        .toCompletableFuture()));
    }

    @Override
    public CompletionStage<Subscription> subscribePattern(String pattern, Receiver receiver) {
        return retried(() -> {
                    RPatternTopic topic = redisson.getPatternTopic(pattern, ByteArrayCodec.INSTANCE);
                    return topic.addListenerAsync(
                                    byte[].class,
                                    (matched, name, payload) -> receive(receiver, name.toString(), payload))
                            .toCompletableFuture();
                })
                .thenApply(id -> () -> command(() -> redisson.getPatternTopic(pattern, ByteArrayCodec.INSTANCE)
                        .removeListenerAsync(id)
                        .toCompletableFuture()));
    }

    @Override
    public void publish(String channel, byte[] payload, boolean heardHere) {
        publisher.publish(channel, payload, heardHere);
    }

    @Override
    public CompletionStage<Integer> countSubscribers(String channel) {
        return command(() -> redisson.getTopic(channel, ByteArrayCodec.INSTANCE)
                        .countSubscribersAsync()
                        .toCompletableFuture())
                .thenApply(Long::intValue);
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public CompletionStage<Void> close() {
        closed = true;
        publisher.close();
        CompletableFuture<Void> done = new CompletableFuture<>();
        commands.execute(() -> {
            try {
                release.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
            commands.shutdownNow();
        });
        return done;
    }

    private CompletionStage<List<Long>> send(List<OrderedPublisher.Message> messages) {
        return command(() -> {
                    RBatch batch = redisson.createBatch(BatchOptions.defaults());
                    for (OrderedPublisher.Message message : messages) {
                        batch.getTopic(message.channel(), ByteArrayCodec.INSTANCE)
                                .publishAsync(message.payload());
                    }
                    return batch.executeAsync().toCompletableFuture();
                })
                .thenApply(result -> {
                    List<Long> receivers = new ArrayList<>(messages.size());
                    result.getResponses().forEach(count -> receivers.add(((Number) count).longValue()));
                    return receivers;
                });
    }

    /** Runs on the bus's thread, again and again until it succeeds or the bus is closed. */
    private <T> CompletionStage<T> retried(Supplier<CompletableFuture<T>> attempt) {
        CompletableFuture<T> result = new CompletableFuture<>();
        tryOnce(attempt, result);
        return result;
    }

    private <T> void tryOnce(Supplier<CompletableFuture<T>> attempt, CompletableFuture<T> result) {
        command(attempt).whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else if (closed) {
                result.completeExceptionally(failure);
            } else {
                log.debug("redis: attempt failed, trying again", failure);
                commands.schedule(() -> tryOnce(attempt, result), SUBSCRIBE_RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    private <T> CompletableFuture<T> command(Supplier<CompletableFuture<T>> call) {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException("bus: closed"));
        }
        return CompletableFuture.supplyAsync(call, commands).thenCompose(stage -> stage);
    }

    private void receive(Receiver receiver, String channel, byte[] payload) {
        try {
            receiver.onMessage(channel, payload);
        } catch (RuntimeException e) {
            // A message must never end a subscription.
            log.error("message on a redis channel could not be handled", e);
        }
    }

    private void callSentry() {
        publisher.publish(sentry, SENTRY_CALL, true);
        if (ready && System.nanoTime() - heardNanos > SENTRY_TIMEOUT.toNanos()) {
            onAway("nothing heard for " + SENTRY_TIMEOUT.toSeconds() + " s");
        }
    }

    private void onSentry() {
        heardNanos = System.nanoTime();
        if (!ready && !closed) {
            ready = true;
            log.info("redis: connected");
            listener.regained();
        }
    }

    private void onAway(String why) {
        if (ready && !closed) {
            ready = false;
            log.warn("redis: lost ({}); other nodes are not reached until it is back", why);
            listener.lost();
        }
    }

    /** Tells a first subscription from those that follow an interruption. */
    private final class SentryStatus implements StatusListener {
        @Override
        public void onSubscribe(String channel) {
            if (!subscribedBefore.compareAndSet(false, true)) {
                log.warn("redis: subscriptions were interrupted; messages of other nodes may have been missed");
                listener.gapSuspected();
            }
        }

        @Override
        public void onUnsubscribe(String channel) {
            onAway("subscriptions ended");
        }
    }

    private final class PublisherObserver implements OrderedPublisher.Observer {
        @Override
        public void dropped(int messages) {
            log.warn("redis: {} messages to other nodes given up", messages);
            listener.dropped(messages);
        }

        @Override
        public void failing() {
            onAway("publishing failed");
        }

        @Override
        public void recovered() {
            // The sentry tells when the subscriptions are back too.
        }
    }
}
