package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class OutboxTest {
    private static final int THREADS = 4;
    private static final int MESSAGES = 20_000;

    private final Outbox outbox = new Outbox();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void messagesComeInTheOrderInWhichTheyWerePushed() {
        outbox.push(message("1"));
        outbox.push(message("2"));
        outbox.pull();
        outbox.push(message("3"));
        outbox.push(message("4"));
        assertThat(text(outbox.poll())).isEqualTo("1");
        outbox.pull();

        assertThat(drain()).containsExactly("2", "3", "4");
        assertThat(outbox.poll()).isNull();
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void whatIsPushedIsNotSeenBeforeItIsPulled() {
        outbox.push(message("1"));

        assertThat(outbox.isEmpty()).isTrue();
        assertThat(outbox.peek()).isNull();
        assertThat(outbox.poll()).isNull();
    }

    @Test
    void peekingTakesNothing() {
        outbox.push(message("1"));
        outbox.pull();

        assertThat(text(outbox.peek())).isEqualTo("1");
        assertThat(text(outbox.poll())).isEqualTo("1");
    }

    @Test
    void worksAgainOnceItHasBeenEmpty() {
        for (String text : List.of("1", "2", "3")) {
            outbox.pull();
            outbox.push(message(text));
            outbox.pull();
            assertThat(drain()).containsExactly(text);
        }
    }

    @Test
    void onlyTheFirstPushAsksForAPull() {
        assertThat(outbox.push(message("1"))).isTrue();
        assertThat(outbox.push(message("2"))).isFalse();
        outbox.pull();
        assertThat(outbox.push(message("3"))).isTrue();
    }

    @Test
    void countsBytesUntilTheyAreReleased() {
        assertThat(outbox.isIdle()).isTrue();
        assertThat(outbox.reserve(100)).isEqualTo(100);
        assertThat(outbox.reserve(50)).isEqualTo(150);
        outbox.push(message("1"));
        outbox.pull();
        outbox.poll();
        assertThat(outbox.isIdle()).isFalse();

        outbox.release(100);
        assertThat(outbox.queuedBytes()).isEqualTo(50);
        outbox.release(50);

        assertThat(outbox.isIdle()).isTrue();
    }

    @Test
    void concurrentPushesLoseNothingAndKeepTheOrderOfEachThread() throws InterruptedException {
        Semaphore wakeUps = new Semaphore(0);
        CountDownLatch start = new CountDownLatch(1);
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            threads.execute(() -> {
                awaitStart(start);
                for (int i = 0; i < MESSAGES; i++) {
                    outbox.reserve(1);
                    if (outbox.push(message(number + ":" + i))) {
                        wakeUps.release();
                    }
                }
            });
        }
        start.countDown();

        Map<String, Integer> next = new HashMap<>();
        int received = 0;
        while (received < THREADS * MESSAGES) {
            // As the event loop: nothing is pulled without a push that has asked for it.
            assertThat(wakeUps.tryAcquire(10, TimeUnit.SECONDS))
                    .as("a wake-up is missing")
                    .isTrue();
            outbox.pull();
            for (String text : drain()) {
                String[] parts = text.split(":", 2);
                assertThat(Integer.parseInt(parts[1])).isEqualTo(next.merge(parts[0], 1, Integer::sum) - 1);
                outbox.release(1);
                received++;
            }
        }

        assertThat(next).hasSize(THREADS).allSatisfy((thread, count) -> assertThat(count)
                .isEqualTo(MESSAGES));
        assertThat(outbox.isIdle()).isTrue();
        assertThat(wakeUps.tryAcquire()).isFalse();
    }

    private List<String> drain() {
        List<String> texts = new ArrayList<>();
        while (!outbox.isEmpty()) {
            texts.add(text(outbox.poll()));
        }
        return texts;
    }

    private static void awaitStart(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static OutboundMessage message(String text) {
        return OutboundMessage.of(new EnginePacket.Text(text));
    }

    private static String text(OutboundMessage message) {
        return ((EnginePacket.Text) message.packets().get(0)).text();
    }
}
