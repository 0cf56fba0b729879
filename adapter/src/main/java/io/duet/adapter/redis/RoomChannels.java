package io.duet.adapter.redis;

import io.duet.adapter.RoomListener;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** The channels of single rooms, on wires where a node listens to those of its own rooms only. Safe for any thread. */
final class RoomChannels implements RoomListener {
    /** How often a join that is not confirmed asks whether Redis is gone; it is done for its caller then, and the subscription follows. */
    private static final Duration JOIN_CHECK = Duration.ofSeconds(1);

    /** Until other nodes have certainly subscribed to rooms that their sockets were made to join. */
    private static final Duration SUBSCRIBE_TIME = Duration.ofSeconds(2);

    private final Bus bus;
    private final Predicate<String> hasChannel;
    private final RoomSubscriptions subscriptions;

    /**
     * Rooms that sockets elsewhere were just made to join, and how often. Their nodes may not have subscribed yet, so what is sent to them goes
     * where every node listens: the join has come there before.
     */
    private final Map<String, Integer> joining = new ConcurrentHashMap<>();

    /** @param hasChannel the others share that of the namespace */
    RoomChannels(
            Bus bus,
            Predicate<String> hasChannel,
            Function<String, CompletionStage<Bus.Subscription>> subscribe,
            Duration linger) {
        this.bus = bus;
        this.hasChannel = hasChannel;
        this.subscriptions = new RoomSubscriptions(subscribe, linger);
    }

    @Override
    public void created(String room) {
        if (hasChannel.test(room)) {
            subscriptions.created(room);
        }
    }

    @Override
    public void deleted(String room) {
        if (hasChannel.test(room)) {
            subscriptions.deleted(room);
        }
    }

    /** Done when these rooms are subscribed; soon if Redis is away. */
    CompletionStage<Void> whenHeard(Set<String> rooms) {
        if (!bus.isReady()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?>[] confirmed = rooms.stream()
                .map(room -> subscriptions.whenSubscribed(room).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> heard = CompletableFuture.allOf(confirmed);
        doneWithoutRedis(heard);
        return heard;
    }

    private void doneWithoutRedis(CompletableFuture<Void> heard) {
        if (heard.isDone()) {
            return;
        }
        if (bus.isReady()) {
            later(JOIN_CHECK).execute(() -> doneWithoutRedis(heard));
        } else {
            heard.complete(null);
        }
    }

    /** Sockets elsewhere are being made to join these rooms. */
    void joinedElsewhere(Set<String> rooms) {
        rooms.forEach(room -> joining.merge(room, 1, Integer::sum));
        later(SUBSCRIBE_TIME)
                .execute(() -> rooms.forEach(
                        room -> joining.computeIfPresent(room, (key, count) -> count == 1 ? null : count - 1)));
    }

    /** Whether a message to these rooms is heard on the channel of the one there is, by all that are concerned. */
    boolean suffices(Set<String> rooms) {
        if (rooms.size() != 1) {
            return false;
        }
        String room = rooms.iterator().next();
        return hasChannel.test(room) && !joining.containsKey(room);
    }

    private static Executor later(Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
