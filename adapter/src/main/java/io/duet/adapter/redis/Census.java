package io.duet.adapter.redis;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many servers there were at the last count, by the channel that each of them subscribes to last.
 *
 * <p>On another master, or behind an interruption, a node that publishes at once is not heard by those that have not come back yet, and cannot
 * tell: Redis only says how many did hear. So it waits for as many as there were. Safe for any thread.
 */
final class Census {
    private final PubSub commands;
    private final Map<String, Integer> servers = new ConcurrentHashMap<>();

    Census(PubSub commands) {
        this.commands = commands;
    }

    /** Counts. What cannot be counted keeps its number. */
    void take(RedisLink link, Collection<String> channels) {
        for (String channel : channels) {
            link.countSubscribers(commands, channel).thenAccept(count -> servers.put(channel, count));
        }
        servers.keySet().retainAll(channels);
    }

    /** Whether as many have come to this link's server as there were. */
    CompletionStage<Boolean> isComplete(RedisLink link, Collection<String> channels) {
        CompletionStage<Boolean> complete = CompletableFuture.completedFuture(true);
        for (String channel : channels) {
            complete = complete.thenCombine(
                    link.countSubscribers(commands, channel),
                    (others, count) -> others && count >= servers.getOrDefault(channel, 0));
        }
        return complete;
    }
}
