package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ListenerPoolTest {
    private static final int CORE = 2;
    private static final int MAX = 5;

    private final ListenerPool pool = new ListenerPool("listeners", CORE, MAX);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void stop() {
        release.countDown();
        pool.shutdownNow();
    }

    @Test
    void growsWhileAllItsThreadsAreBusyUpToTheLimit() {
        block(MAX);

        assertThat(pool.getPoolSize()).isEqualTo(MAX);
    }

    @Test
    void tasksBeyondTheLimitWaitAndRunOnceAThreadIsFree() {
        block(MAX);
        List<CompletableFuture<Void>> waiting = IntStream.range(0, 20)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {}, pool))
                .toList();

        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        assertThat(pool.getPoolSize()).isEqualTo(MAX);
        release.countDown();

        assertThat(waiting).allSatisfy(each -> assertThat(each).succeedsWithin(10, TimeUnit.SECONDS));
    }

    @Test
    void doesNotGrowWhileTheQueueHasNotStoodStill() {
        ListenerPool patient = new ListenerPool("patient", CORE, MAX, TimeUnit.HOURS.toMillis(1));
        try {
            List<CompletableFuture<Void>> tasks = IntStream.range(0, 2000)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> {}, patient))
                    .toList();

            assertThat(tasks).allSatisfy(each -> assertThat(each).succeedsWithin(10, TimeUnit.SECONDS));
            assertThat(patient.getLargestPoolSize()).isEqualTo(CORE);
        } finally {
            patient.shutdownNow();
        }
    }

    @Test
    void aBlockedTaskDoesNotKeepOthersWaitingWhileThereIsRoom() {
        block(MAX - 1);

        for (int i = 0; i < 100; i++) {
            assertThat(CompletableFuture.runAsync(() -> {}, pool)).succeedsWithin(10, TimeUnit.SECONDS);
        }
    }

    /** Also while there is something to do, at which each of them has its turn. */
    @Test
    void threadsThatAreNotNeededGo() {
        block(MAX);
        release.countDown();

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            pool.execute(() -> {});
            return pool.getPoolSize() <= CORE;
        });
    }

    @Test
    void threadsThatAreNeededStay() {
        block(MAX);

        assertThat(CompletableFuture.runAsync(() -> {}, pool)).failsWithin(2, TimeUnit.SECONDS);

        assertThat(pool.getPoolSize()).isEqualTo(MAX);
    }

    @Test
    void goesOnAfterTasksThatFail() {
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Void> failing = new CompletableFuture<>();
            pool.execute(() -> {
                Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> failing.complete(null));
                throw new IllegalStateException("expected by this test");
            });
            failing.orTimeout(10, TimeUnit.SECONDS).join();
        }

        block(MAX);
        assertThat(pool.getPoolSize()).isEqualTo(MAX);
    }

    @Test
    void threadsAreNamedAndDoNotKeepTheProcessAlive() {
        CompletableFuture<Thread> thread = CompletableFuture.supplyAsync(Thread::currentThread, pool);

        assertThat(thread).succeedsWithin(10, TimeUnit.SECONDS).satisfies(found -> {
            assertThat(found.getName()).matches("listeners-\\d+");
            assertThat(found.isDaemon()).isTrue();
        });
    }

    @Test
    void isWatchedByOneThreadWhichEndsWithIt() {
        block(MAX);
        assertThat(threads("listeners-watch-1")).singleElement().satisfies(thread -> {
            assertThat(thread.isDaemon()).isTrue();
            release.countDown();
            pool.shutdown();
            thread.join(TimeUnit.SECONDS.toMillis(10));
            assertThat(thread.isAlive()).isFalse();
        });
    }

    @Test
    void isNotWatchedWhileAThreadIsFree() {
        ListenerPool calm = new ListenerPool("calm", CORE, MAX);
        try {
            for (int done = 1; done <= 50; done++) {
                long all = done;
                calm.execute(() -> {});
                await().pollInterval(Duration.ofMillis(1)).until(() -> calm.getCompletedTaskCount() == all);
            }
            assertThat(threads("calm-watch-1")).isEmpty();
        } finally {
            calm.shutdownNow();
        }
    }

    @Test
    void refusesTasksOnceItIsShutDown() {
        pool.shutdown();

        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> pool.execute(() -> {}));
    }

    private static List<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }

    /** Returns once so many tasks run at the same time. */
    private void block(int tasks) {
        CountDownLatch running = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            pool.execute(() -> {
                running.countDown();
                awaitLatch(release);
            });
        }
        awaitLatch(running);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("never released");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
