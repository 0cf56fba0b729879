package io.duet.adapter.redis;

import org.redisson.client.protocol.RedisCommand;
import org.redisson.client.protocol.RedisCommands;
import org.redisson.client.protocol.pubsub.PubSubType;

/** The two kinds of publish/subscribe that Redis has, which do not hear one another. */
enum PubSub {
    /** In a Redis Cluster every message goes to every server of it. */
    PLAIN,
    /** Redis 7: in a Redis Cluster a message stays with the servers that have the slot of its channel. */
    SHARDED;

    RedisCommand<Long> publish() {
        return this == SHARDED ? RedisCommands.SPUBLISH : RedisCommands.PUBLISH;
    }

    /** How many subscribe to a channel. */
    RedisCommand<Long> count() {
        return this == SHARDED ? RedisCommands.PUBSUB_SHARDNUMSUB : RedisCommands.PUBSUB_NUMSUB;
    }

    PubSubType subscribe() {
        return this == SHARDED ? PubSubType.SSUBSCRIBE : PubSubType.SUBSCRIBE;
    }

    PubSubType unsubscribe() {
        return this == SHARDED ? PubSubType.SUNSUBSCRIBE : PubSubType.UNSUBSCRIBE;
    }
}
