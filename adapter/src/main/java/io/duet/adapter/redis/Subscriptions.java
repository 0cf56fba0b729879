package io.duet.adapter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What a wire subscribes to for as long as it lives. Of one thread. */
final class Subscriptions {
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(2);

    private final List<CompletionStage<Bus.Subscription>> all = new ArrayList<>();

    void add(CompletionStage<Bus.Subscription> subscription) {
        all.add(subscription);
    }

    /** Subscribes when all that were added before are confirmed. */
    void addLast(Supplier<CompletionStage<Bus.Subscription>> last) {
        CompletableFuture<?>[] before =
                all.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new);
        all.add(CompletableFuture.allOf(before).thenCompose(done -> last.get()));
    }

    /** From the last to the first: who does not answer any more must not be counted. */
    CompletionStage<Void> cancel() {
        List<CompletableFuture<Void>> cancelled = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            CompletableFuture<Bus.Subscription> subscription = all.get(i).toCompletableFuture();
            if (subscription.isDone() && !subscription.isCompletedExceptionally()) {
                cancelled.add(subscription.join().cancel().toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(cancelled.toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, CANCEL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> null);
    }
}
