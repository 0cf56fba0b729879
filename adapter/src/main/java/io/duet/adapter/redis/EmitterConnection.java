package io.duet.adapter.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the emitters of one process share: the ordered way to Redis, and how much is still on it. Subscribes to nothing. */
final class EmitterConnection {
    private static final Logger log = LoggerFactory.getLogger(EmitterConnection.class);

    private final RedisAdapterOptions options;
    private final Runnable release;
    private final OrderedPublisher publisher;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** Messages that are neither with Redis nor given up; guarded by this. */
    private long underWay;

    /** Guarded by this. */
    private boolean closing;

    /** @param release ends the transport, once; called on any thread */
    EmitterConnection(OrderedPublisher.Transport transport, Runnable release, RedisAdapterOptions options) {
        this.options = options;
        this.release = release;
        this.publisher = new OrderedPublisher(
                batch -> transport.send(batch).whenComplete((receivers, failure) -> {
                    if (failure == null) {
                        left(batch.size());
                    }
                }),
                options.maxPublishWait(),
                options.maxPublishQueueBytes(),
                new Observer());
    }

    /** @param release ends the client, if it is not the caller's */
    static EmitterConnection over(RedissonClient redisson, Runnable release, RedisAdapterOptions options) {
        // Redisson may block while it connects.
        ExecutorService commands = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "duet-redis-emitter");
            thread.setDaemon(true);
            return thread;
        });
        return new EmitterConnection(
                batch -> CompletableFuture.supplyAsync(() -> send(redisson, batch), commands)
                        .thenCompose(sent -> sent),
                () -> {
                    commands.execute(release);
                    commands.shutdown();
                },
                options);
    }

    static EmitterConnection to(RedisUri redis, RedisAdapterOptions options) {
        ExecutorService receivers = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "duet-redis-emitter-receiver");
            thread.setDaemon(true);
            return thread;
        });
        RedissonClient redisson = Redisson.create(redis.config(receivers));
        Runnable release = () -> {
            redisson.shutdown();
            receivers.shutdown();
        };
        return over(redisson, release, options);
    }

    String key() {
        return options.key();
    }

    void publish(String channel, byte[] payload) {
        boolean late;
        synchronized (this) {
            late = closing;
            underWay += late ? 0 : 1;
        }
        if (late) {
            options.listener().dropped(1);
        } else {
            // Nobody may be listening: that is no reason to send it again.
            publisher.publish(channel, payload, false);
        }
    }

    /** Done when nothing is under way any more. */
    CompletionStage<Void> close() {
        synchronized (this) {
            closing = true;
        }
        left(0);
        return ended;
    }

    private void left(int messages) {
        synchronized (this) {
            underWay -= messages;
            if (!closing || underWay > 0) {
                return;
            }
        }
        if (ended.complete(null)) {
            release.run();
        }
    }

    private static CompletableFuture<List<Long>> send(
            RedissonClient redisson, List<OrderedPublisher.Message> messages) {
        RBatch batch = redisson.createBatch(BatchOptions.defaults());
        for (OrderedPublisher.Message message : messages) {
            batch.getTopic(message.channel(), ByteArrayCodec.INSTANCE).publishAsync(message.payload());
        }
        return batch.executeAsync().toCompletableFuture().thenApply(result -> {
            List<Long> receivers = new ArrayList<>(messages.size());
            result.getResponses().forEach(count -> receivers.add(((Number) count).longValue()));
            return receivers;
        });
    }

    private final class Observer implements OrderedPublisher.Observer {
        @Override
        public void dropped(int messages) {
            log.warn("redis: {} messages given up", messages);
            options.listener().dropped(messages);
            left(messages);
        }

        @Override
        public void failing() {
            log.warn("redis: lost; what is sent waits until it is back");
            options.listener().lost();
        }

        @Override
        public void recovered() {
            log.info("redis: connected");
            options.listener().regained();
        }
    }
}
