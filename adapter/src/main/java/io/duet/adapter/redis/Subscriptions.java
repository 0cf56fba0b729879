package io.duet.adapter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What a wire subscribes to for as long as it lives. Of one thread. */
final class Subscriptions {
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(2);

    private final List<CompletionStage<Bus.Subscription>> all = new ArrayList<>();
    private volatile boolean cancelled;

    void add(CompletionStage<Bus.Subscription> subscription) {
        all.add(subscription);
    }

    /** Subscribes when all that were added before are confirmed. */
    void addLast(Supplier<CompletionStage<Bus.Subscription>> last) {
        CompletableFuture<?>[] before =
                all.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new);
        all.add(CompletableFuture.allOf(before)
                .thenCompose(
                        done -> cancelled ? CompletableFuture.failedFuture(new CancellationException()) : last.get()));
    }

    /** From the last to the first: who does not answer any more must not be counted. What is not confirmed yet is cancelled then, and not waited for. */
    CompletionStage<Void> cancel() {
        cancelled = true;
        List<CompletableFuture<Void>> under = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            CompletableFuture<Bus.Subscription> subscription = all.get(i).toCompletableFuture();
            boolean confirmed = subscription.isDone();
            CompletableFuture<Void> gone = subscription.thenCompose(Bus.Subscription::cancel);
            if (confirmed) {
                under.add(gone);
            }
        }
        return CompletableFuture.allOf(under.toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, CANCEL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> null);
    }
}
