package io.duet.adapter.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.redisson.client.protocol.pubsub.PubSubType;

/** A channel or pattern that somebody here listens to. Changed on the bus's thread only. */
final class Topic {
    /** How it is subscribed to; in this order when everything is subscribed anew. */
    enum Kind {
        CHANNEL,
        PATTERN,
        /** The last, for who is counted must hear everything. */
        COUNTED;

        PubSubType subscribe(PubSub commands) {
            return this == PATTERN ? PubSubType.PSUBSCRIBE : commands.subscribe();
        }

        PubSubType unsubscribe(PubSub commands) {
            return this == PATTERN ? PubSubType.PUNSUBSCRIBE : commands.unsubscribe();
        }
    }

    /** One who listens; {@code ready} is completed when the server has confirmed. */
    record Registration(Bus.Receiver receiver, CompletableFuture<Void> ready) {}

    private final String name;
    private final Kind kind;

    /** Read on the receiving thread too. */
    private final List<Registration> registrations = new CopyOnWriteArrayList<>();

    private Shard shard;

    /** @param shard where it is subscribed */
    Topic(String name, Kind kind, Shard shard) {
        this.name = name;
        this.kind = kind;
        this.shard = shard;
    }

    String name() {
        return name;
    }

    Kind kind() {
        return kind;
    }

    Shard shard() {
        return shard;
    }

    void moveTo(Shard other) {
        shard = other;
    }

    List<Registration> registrations() {
        return registrations;
    }

    /** It is subscribed on another link than before. */
    void resubscribed() {
        registrations.forEach(registration -> registration.receiver().onResubscribed());
    }

    void confirm() {
        registrations.forEach(registration -> registration.ready().complete(null));
    }
}
