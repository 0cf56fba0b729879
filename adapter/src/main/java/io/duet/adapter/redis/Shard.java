package io.duet.adapter.redis;

import io.duet.adapter.FailureText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.redisson.client.RedisClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Redis server's part of a bus: the link to it, what is subscribed there, and the messages that are published there, in their order. A bus
 * has one, or in a Redis Cluster one for each master. Called on the bus's thread, unless said otherwise.
 */
final class Shard {
    private static final Logger log = LoggerFactory.getLogger(Shard.class);

    /** The bus, as its shards see it. */
    interface Host {
        /** What is subscribed at this shard. */
        Stream<Topic> topicsOf(Shard shard);

        /** Whose channel or stream it is, at this moment. For any thread. */
        Shard shardOf(String key);

        /**
         * @param again whether there was a link before, so that messages may have been missed
         * @param subscriptions how many are in force on this one
         */
        void onLinked(boolean again, int subscriptions);

        void onLost(String reason);

        /** The server has answered for some messages, and not for others, which are sent again. For any thread. */
        void onSent(int taken, int left);

        /** For any thread; must not block. */
        void onMessage(String topic, String channel, byte[] payload);
    }

    private final PubSub commands;
    private final Host host;
    private final LinkKeeper links;
    private final OrderedPublisher publisher;
    private boolean linkedBefore;

    /** @param master the server at this moment; may block, and throws if it is not known yet */
    Shard(
            Supplier<RedisClient> master,
            RedisLoop loop,
            RedisAdapterOptions options,
            PubSub commands,
            ScheduledExecutorService thread,
            OrderedPublisher.Observer dropped,
            Host host) {
        this.commands = commands;
        this.host = host;
        this.publisher =
                new OrderedPublisher(this::send, options.maxPublishWait(), options.maxPublishQueueBytes(), dropped);
        String probe = options.key() + "-duet#" + UUID.randomUUID() + "#";
        this.links = new LinkKeeper(master, loop, commands, probe, thread, new LinkOwner());
    }

    void start() {
        links.start();
    }

    /** For any thread. */
    void send(Outgoing message) {
        publisher.publish(message);
    }

    /** How many messages wait; for any thread. */
    int queuedMessages() {
        return publisher.queuedMessages();
    }

    /** Their bytes; for any thread. */
    long queuedBytes() {
        return publisher.queuedBytes();
    }

    /** Done when everything has been published; takes nothing any more, but what moves here from others. */
    CompletableFuture<Void> drain() {
        return publisher.drain();
    }

    void close() {
        links.close();
    }

    /** For any thread. */
    boolean isReady() {
        RedisLink link = links.current();
        return link != null && !link.isSilent();
    }

    /** For any thread: how many subscribe to a channel, as soon as there is a link. */
    CompletionStage<Integer> countSubscribers(String channel, Duration limit) {
        return links.next()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(
                        late -> CompletableFuture.failedStage(new IllegalStateException("redis: not connected", late)))
                .thenCompose(link -> link.countSubscribers(commands, channel));
    }

    /** Those of this shard among the topics; each is told when it is confirmed. */
    void subscribe(Collection<Topic> fresh) {
        RedisLink used = links.current();
        for (RedisLink link : links.links()) {
            for (Topic.Kind kind : Topic.Kind.values()) {
                List<Topic> some = fresh.stream()
                        .filter(topic -> topic.shard() == this && topic.kind() == kind)
                        .toList();
                CompletionStage<Void> confirmed = link.subscribe(kind.subscribe(commands), names(some));
                if (link == used) {
                    confirmed.thenRun(() -> some.forEach(Topic::confirm));
                    confirmed.exceptionally(failure -> {
                        // A link that has ended tells so itself, and the next one subscribes to everything.
                        if (link.isOpen()) {
                            log.warn("redis: not subscribed: {}", FailureText.of(failure));
                        }
                        return null;
                    });
                }
            }
        }
    }

    CompletableFuture<Void> unsubscribe(Topic topic) {
        return CompletableFuture.allOf(links.links().stream()
                .map(link -> link.unsubscribe(topic.kind().unsubscribe(commands), topic.name()))
                .toArray(CompletableFuture<?>[]::new));
    }

    private static List<String> names(List<Topic> topics) {
        return topics.stream().map(Topic::name).toList();
    }

    /** On any thread. What has moved to another shard meanwhile is handed over, so that it stays in front of what follows there. */
    private CompletionStage<List<Outgoing>> send(List<Outgoing> messages) {
        List<Outgoing> own = new ArrayList<>(messages.size());
        for (Outgoing message : messages) {
            Shard shard = host.shardOf(message.key());
            if (shard == this) {
                own.add(message);
            } else {
                shard.publisher.takeOver(message);
            }
        }
        RedisLink link = links.current();
        if (link == null || own.isEmpty()) {
            return CompletableFuture.completedFuture(own);
        }
        return link.send(own).thenApply(left -> {
            host.onSent(own.size() - left.size(), left.size());
            return left;
        });
    }

    private final class LinkOwner implements LinkKeeper.Owner {
        @Override
        public CompletionStage<Void> subscribeAll(RedisLink link) {
            CompletionStage<Void> done = CompletableFuture.completedFuture(null);
            for (Topic.Kind kind : Topic.Kind.values()) {
                List<String> some = names(of(kind));
                done = done.thenCompose(before -> link.subscribe(kind.subscribe(commands), some));
            }
            return done;
        }

        @Override
        public Collection<String> countedChannels() {
            return names(of(Topic.Kind.COUNTED));
        }

        @Override
        public void onLinked(RedisLink link) {
            List<Topic> subscribed = host.topicsOf(Shard.this)
                    .filter(topic -> link.names().contains(topic.name()))
                    .toList();
            subscribed.forEach(Topic::confirm);
            if (linkedBefore) {
                subscribed.forEach(Topic::resubscribed);
            }
            log.info("redis: connected to {}", link);
            host.onLinked(linkedBefore, subscribed.size());
            linkedBefore = true;
        }

        @Override
        public void onLost(String reason) {
            host.onLost(reason);
        }

        @Override
        public void onMessage(String topic, String channel, byte[] payload) {
            host.onMessage(topic, channel, payload);
        }

        private List<Topic> of(Topic.Kind kind) {
            return host.topicsOf(Shard.this)
                    .filter(topic -> topic.kind() == kind)
                    .toList();
        }
    }
}
