package io.duet.adapter.redis;

import io.duet.adapter.RoomListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes to the channel of each room that has a member here, from the first join until a little after the last leave.
 *
 * <p>What is done to one channel is done in a row: each step waits for the one before, so that a quick leave and join cannot end unsubscribed.
 * Rooms come and go under their locks ({@link RoomListener}); nothing here blocks.
 */
final class RoomSubscriptions implements RoomListener {
    private final Function<String, CompletionStage<Bus.Subscription>> subscribe;
    private final Executor afterLinger;
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();

    RoomSubscriptions(Function<String, CompletionStage<Bus.Subscription>> subscribe, Duration linger) {
        this.subscribe = subscribe;
        this.afterLinger = CompletableFuture.delayedExecutor(linger.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void created(String room) {
        channels.compute(room, (key, found) -> {
            Channel channel = found == null ? new Channel() : found;
            channel.wanted = true;
            channel.awaitConfirmation();
            channel.adjust(room);
            return channel;
        });
    }

    @Override
    public void deleted(String room) {
        channels.computeIfPresent(room, (key, channel) -> {
            channel.wanted = false;
            return channel;
        });
        afterLinger.execute(() -> channels.computeIfPresent(room, (key, channel) -> {
            if (channel.wanted) {
                return channel;
            }
            channel.adjust(room);
            return channel.isIdle() ? null : channel;
        }));
    }

    /** Done when the room's channel is subscribed; at once if nobody here is in the room. */
    CompletionStage<Void> whenSubscribed(String room) {
        Channel channel = channels.get(room);
        return channel == null ? CompletableFuture.completedFuture(null) : channel.ready;
    }

    /** One channel; changed within the map's compute only. */
    private final class Channel {
        private boolean wanted;

        /** A subscribe or unsubscribe is under way. */
        private boolean busy;

        /** For those who wait for the next confirmation; completed outside the compute. */
        private CompletableFuture<Void> ready = CompletableFuture.completedFuture(null);

        private Bus.@Nullable Subscription subscription;

        boolean isIdle() {
            return subscription == null && !busy;
        }

        void awaitConfirmation() {
            if ((subscription == null || busy) && ready.isDone()) {
                ready = new CompletableFuture<>();
            }
        }

        void adjust(String room) {
            if (busy) {
                return;
            }
            // What follows an answer is off this thread: it may be here at once, and the map must not be changed within
            // its own compute.
            if (wanted && subscription == null) {
                busy = true;
                // It fails only when the bus is closed, and everything with it.
                subscribe.apply(room).thenAcceptAsync(confirmed -> settle(room, confirmed));
            } else if (!wanted && subscription != null) {
                busy = true;
                subscription.cancel().thenRunAsync(() -> settle(room, null));
            }
        }

        /** @param now null if unsubscribed */
        private void settle(String room, Bus.@Nullable Subscription now) {
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            channels.computeIfPresent(room, (key, channel) -> {
                busy = false;
                subscription = now;
                if (now != null) {
                    waiting.add(ready);
                    ready = CompletableFuture.completedFuture(null);
                }
                adjust(room);
                return wanted || !isIdle() ? channel : null;
            });
            waiting.forEach(joined -> joined.complete(null));
        }
    }
}
