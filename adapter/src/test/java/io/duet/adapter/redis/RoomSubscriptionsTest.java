package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Redis confirms when the test says so. */
final class RoomSubscriptionsTest {
    private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final RoomSubscriptions rooms = new RoomSubscriptions(this::subscribe, Duration.ZERO);

    @Test
    void joinIsDoneWhenSubscribed() throws InterruptedException {
        rooms.created("a");
        CompletionStage<Void> joined = rooms.whenSubscribed("a");
        assertThat(joined.toCompletableFuture()).isNotDone();

        next("subscribe a").confirm();

        assertThat(joined).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void lastLeaveEndsTheSubscription() throws InterruptedException {
        rooms.created("a");
        next("subscribe a").confirm();

        rooms.deleted("a");

        next("unsubscribe a").confirm();
        rooms.created("a");
        next("subscribe a");
    }

    @Test
    void leaveWaitsForTheSubscription() throws InterruptedException {
        rooms.created("a");
        Step subscribe = next("subscribe a");
        rooms.deleted("a");
        assertThat(steps.poll(50, TimeUnit.MILLISECONDS)).isNull();

        subscribe.confirm();

        next("unsubscribe a");
    }

    @Test
    void joinDuringAnUnsubscribeWaitsForTheSubscriptionBehindIt() throws InterruptedException {
        rooms.created("a");
        next("subscribe a").confirm();
        rooms.deleted("a");
        Step unsubscribe = next("unsubscribe a");

        rooms.created("a");
        CompletionStage<Void> joined = rooms.whenSubscribed("a");
        unsubscribe.confirm();

        Step again = next("subscribe a");
        assertThat(joined.toCompletableFuture()).isNotDone();
        again.confirm();
        assertThat(joined).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void quickReturnKeepsTheSubscription() throws InterruptedException {
        RoomSubscriptions lingering = new RoomSubscriptions(this::subscribe, Duration.ofMillis(200));
        lingering.created("a");
        next("subscribe a").confirm();
        await().until(() -> lingering.whenSubscribed("a").toCompletableFuture().isDone());

        lingering.deleted("a");
        lingering.created("a");

        assertThat(lingering.whenSubscribed("a")).isCompleted();
        assertThat(steps.poll(400, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void commotionEndsAsTheLastOneLeftIt() throws Exception {
        Map<String, AtomicInteger> subscribed = new ConcurrentHashMap<>();
        AtomicInteger wrong = new AtomicInteger();
        RoomSubscriptions real = new RoomSubscriptions(
                room -> CompletableFuture.supplyAsync(() -> {
                    if (subscribed
                                    .computeIfAbsent(room, key -> new AtomicInteger())
                                    .incrementAndGet()
                            != 1) {
                        wrong.incrementAndGet();
                    }
                    return () -> CompletableFuture.runAsync(
                            () -> subscribed.get(room).decrementAndGet());
                }),
                Duration.ZERO);

        for (int round = 0; round < 5000; round++) {
            String room = "r" + round % 7;
            real.created(room);
            real.deleted(room);
        }
        real.created("r3");

        assertThat(real.whenSubscribed("r3")).succeedsWithin(Duration.ofSeconds(5));
        await().untilAsserted(() -> assertThat(subscribed)
                .allSatisfy((room, count) -> assertThat(count).hasValue(room.equals("r3") ? 1 : 0)));
        assertThat(wrong).hasValue(0);
    }

    private Step next(String what) throws InterruptedException {
        Step step = steps.poll(5, TimeUnit.SECONDS);
        assertThat(step).extracting(Step::what).isEqualTo(what);
        return step;
    }

    private CompletionStage<Bus.Subscription> subscribe(String room) {
        CompletableFuture<Bus.Subscription> confirmed = new CompletableFuture<>();
        steps.add(new Step(
                "subscribe " + room,
                () -> confirmed.complete(() -> {
                    CompletableFuture<Void> left = new CompletableFuture<>();
                    steps.add(new Step("unsubscribe " + room, () -> left.complete(null)));
                    return left;
                })));
        return confirmed;
    }

    private record Step(String what, Runnable answer) {
        void confirm() {
            answer.run();
        }
    }
}
