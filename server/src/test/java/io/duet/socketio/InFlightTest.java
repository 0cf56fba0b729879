package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class InFlightTest {
    private final InFlight inFlight = new InFlight();
    private final Queue<Runnable> given = new ArrayDeque<>();

    @Test
    void nothingIsNotWaitedFor() throws Exception {
        inFlight.await(System.nanoTime());
    }

    @Test
    void aTaskIsWaitedForUntilItIsDone() throws Exception {
        inFlight.counting(given::add).execute(() -> {});

        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                inFlight.await(System.nanoTime() + TimeUnit.SECONDS.toNanos(5));
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(waiting).isNotDone();
        given.remove().run();

        assertThat(waiting.get(5, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void tasksThatFailOrAreRefusedDoNotCount() throws Exception {
        inFlight.counting(given::add).execute(() -> {
            throw new IllegalStateException("task");
        });
        assertThatThrownBy(given.remove()::run).hasMessage("task");
        assertThatThrownBy(() -> inFlight.counting(task -> {
                            throw new RejectedExecutionException("full");
                        })
                        .execute(() -> {}))
                .hasMessage("full");

        inFlight.await(System.nanoTime());
    }

    @Test
    void waitsNoLongerThanItMay() {
        inFlight.begin();

        assertThatThrownBy(() -> inFlight.await(System.nanoTime() + 1)).isInstanceOf(TimeoutException.class);
    }
}
