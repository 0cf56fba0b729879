package io.duet.adapter.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.protocol.CommandData;
import org.redisson.client.protocol.RedisCommand;

/**
 * A command that gives Redis a message.
 *
 * @param words the first is the channel or the stream, by which a Redis Cluster has a place for it
 * @param sizeBytes about what it takes while it waits
 * @param kept whether Redis has the message as soon as it answers. What is published may still be lost then.
 */
record Outgoing(RedisCommand<?> command, List<Object> words, int sizeBytes, boolean kept) {
    private static final RedisCommand<Object> XADD = new RedisCommand<>("XADD");

    static Outgoing message(PubSub kind, String channel, byte[] payload) {
        return new Outgoing(kind.publish(), List.of(channel, payload), payload.length + channel.length() + 64, false);
    }

    /** @param maxLength about how many entries the stream is to keep */
    static Outgoing entry(String stream, int maxLength, StreamEntry entry) {
        List<Object> words = new ArrayList<>(List.of(stream, "MAXLEN", "~", maxLength, "*"));
        words.addAll(List.of("uid", entry.uid(), "nsp", entry.namespace(), "type", entry.type()));
        if (!entry.data().isEmpty()) {
            words.addAll(List.of("data", entry.data()));
        }
        if (!entry.again().isEmpty()) {
            words.addAll(List.of("again", entry.again()));
        }
        return new Outgoing(XADD, words, entry.sizeBytes(), true);
    }

    String key() {
        return (String) words.get(0);
    }

    /** To be sent once. */
    CommandData<?, ?> data() {
        return new CommandData<>(new CompletableFuture<>(), ByteArrayCodec.INSTANCE, command, words.toArray());
    }
}
