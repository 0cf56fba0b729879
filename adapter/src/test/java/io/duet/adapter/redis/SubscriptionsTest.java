package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Redis confirms when the test says so. */
final class SubscriptionsTest {
    private final List<String> asked = new ArrayList<>();
    private final List<String> cancelled = new ArrayList<>();
    private final CompletableFuture<Bus.Subscription> first = new CompletableFuture<>();
    private final CompletableFuture<Bus.Subscription> last = new CompletableFuture<>();
    private final Subscriptions subscriptions = new Subscriptions();

    SubscriptionsTest() {
        subscriptions.add(first);
        subscriptions.addLast(() -> {
            asked.add("last");
            return last;
        });
    }

    @Test
    void cancelsFromTheLastToTheFirst() {
        first.complete(subscription("first"));
        last.complete(subscription("last"));

        assertThat(subscriptions.cancel().toCompletableFuture()).isDone();
        assertThat(cancelled).containsExactly("last", "first");
    }

    @Test
    void asksForNoMoreOnceItIsCancelled() {
        assertThat(subscriptions.cancel().toCompletableFuture()).isDone();
        first.complete(subscription("first"));

        assertThat(asked).isEmpty();
        assertThat(cancelled).containsExactly("first");
    }

    @Test
    void cancelsWhatIsConfirmedLater() {
        first.complete(subscription("first"));

        subscriptions.cancel();
        assertThat(cancelled).containsExactly("first");
        last.complete(subscription("last"));

        assertThat(cancelled).containsExactly("first", "last");
    }

    private Bus.Subscription subscription(String name) {
        return () -> {
            cancelled.add(name);
            return done();
        };
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }
}
