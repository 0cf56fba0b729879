package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two loops that know how much they sleep, as those on epoll do; one brings tasks to the other. */
final class HelpingEventLoopTest {
    /** Less than the second after which Netty's loops wake up by themselves. */
    private static final Duration SOON = Duration.ofMillis(400);

    private static final int ROUNDS = 10;

    /** Together 3.6 ms, none of them long. */
    private static final int GUESTS = 40;

    private static final Duration OF_A_GUEST = Duration.ofNanos(90_000);

    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final LoopWatch watch = new LoopWatch("watch");
    private final CountDownLatch release = new CountDownLatch(1);
    private MultiThreadIoEventLoopGroup parent;
    private LendingEventLoop here;
    private LendingEventLoop there;

    @BeforeEach
    void start() {
        assumeTrue(Epoll.isAvailable());
        parent = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        here = loop("here");
        there = loop("there");
        watch.watch(List.of(here, there));
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        for (LendingEventLoop loop : List.of(here, there)) {
            assertThat(loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS))
                    .isTrue();
        }
        watch.close();
        parent.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        workers.shutdownNow();
    }

    @Test
    void runsATaskForALoopThatSleeps() {
        awaitHelp();
    }

    @Test
    void aHelperIsInTheLoopThatItHelps() {
        awaitHelp();
        CompletableFuture<Boolean> inLoop = new CompletableFuture<>();

        here.execute(() -> there.execute(() -> inLoop.complete(there.inEventLoop())));

        assertThat(inLoop).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
    }

    @Test
    void leavesTheRestToTheLoopIfItIsMuch() {
        awaitHelp();
        CompletableFuture<Thread> last = new CompletableFuture<>();

        here.execute(() -> {
            there.execute(() -> spin(Duration.ofMillis(1)));
            there.execute(() -> last.complete(Thread.currentThread()));
        });

        assertThat(last.join().getName()).startsWith("there");
    }

    @Test
    void doesNotHelpWhileItHasMuchToDoItself() {
        awaitHelp();
        CompletableFuture<Thread> thread = new CompletableFuture<>();

        here.execute(() -> {
            spin(Duration.ofMillis(25));
            there.execute(() -> thread.complete(Thread.currentThread()));
        });

        assertThat(thread.join().getName()).startsWith("there");
    }

    @Test
    void whatGuestsSendDoesNotWaitForAllOfThemIfTheLoopSleepsMuch() {
        awaitHelp();

        assertThat(guestsBeforeATask(Duration.ZERO)).isLessThan(GUESTS);
    }

    @Test
    void whatGuestsSendLeavesTogetherIfTheLoopIsBusy() {
        // Less of them in a row if the machine is slow.
        await().untilAsserted(() ->
                assertThat(guestsBeforeATask(Duration.ofMillis(25))).isEqualTo(GUESTS));
    }

    /** The loop sleeps until a second is over, and must not. */
    @Test
    void aTimerThatAHelperSetsIsInTime() {
        for (int i = 0; i < ROUNDS; i++) {
            awaitHelp();
            CompletableFuture<Thread> thread = new CompletableFuture<>();

            here.execute(() -> there.execute(
                    () -> there.schedule(() -> thread.complete(Thread.currentThread()), 1, TimeUnit.MILLISECONDS)));

            assertThat(thread).succeedsWithin(SOON);
            assertThat(thread.join().getName()).startsWith("there");
        }
    }

    @Test
    void aGuestThatAHelperBringsRunsOnTheLoopsOwnThread() {
        awaitHelp();
        CompletableFuture<Thread> thread = new CompletableFuture<>();

        here.execute(() -> there.execute(() -> there.lend(() -> thread.complete(Thread.currentThread()))));

        assertThat(thread).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(thread.join().getName()).startsWith("there");
    }

    @Test
    void whatAGuestBringsIsDoneAlsoIfTheGuestDoesNotReturn() {
        awaitHelp();
        CompletableFuture<Void> before = new CompletableFuture<>();
        CompletableFuture<Void> after = new CompletableFuture<>();

        here.execute(() -> here.lend(() -> {
            there.execute(() -> before.complete(null));
            // By a substitute of the loop whose thread this is: nobody but that tells the other one.
            before.orTimeout(10, TimeUnit.SECONDS).join();
            there.execute(() -> after.complete(null));
            awaitRelease();
        }));

        assertThat(before).succeedsWithin(SOON);
        assertThat(after).succeedsWithin(SOON);
    }

    /** Plain state of each loop, written by whoever runs it, while they help one another, wake up, and have guests that overstay. */
    @Test
    @Timeout(60)
    void stateOfALoopIsNeverTouchedByTwo() {
        int[] hereCount = {0};
        int[] thereCount = {0};
        AtomicInteger done = new AtomicInteger();
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            boolean overstays = i % 5_000 == 0;
            boolean fromHere = i % 2 == 0;
            LendingEventLoop from = fromHere ? here : there;
            LendingEventLoop to = fromHere ? there : here;
            int[] toCount = fromHere ? thereCount : hereCount;
            from.execute(() -> from.lend(() -> {
                if (overstays) {
                    spin(Duration.ofMillis(25));
                }
                to.execute(() -> {
                    increment(toCount);
                    done.incrementAndGet();
                });
            }));
            // Wakes the one that is being helped.
            to.execute(() -> increment(toCount));
            // Few at once, so that they sleep in between.
            while (done.get() < i - 2) {
                Thread.onSpinWait();
            }
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(done).hasValue(rounds));
        assertThat(read(here, hereCount) + read(there, thereCount)).isEqualTo(2 * rounds);
    }

    /** Takes its time, so that two would meet. */
    private static void increment(int[] count) {
        int before = count[0];
        spin(Duration.ofNanos(5_000));
        count[0] = before + 1;
    }

    private LendingEventLoop loop(String name) {
        StolenTime stolen = new StolenTime();
        Executor thread = new ThreadPerTaskExecutor(LoopThread.factory(name));
        return new LendingEventLoop(
                parent,
                task -> thread.execute(stolen.follows(task)),
                EpollIoHandler.newFactory(),
                watch,
                workers,
                stolen);
    }

    /**
     * How many of the guests run before the task of the first.
     *
     * @param awake how long the loop has not slept when they come
     */
    private int guestsBeforeATask(Duration awake) {
        CompletableFuture<Integer> before = new CompletableFuture<>();
        int[] done = {0};
        here.execute(() -> {
            spin(awake);
            here.lend(() -> here.execute(() -> before.complete(done[0])));
            for (int i = 0; i < GUESTS; i++) {
                here.lend(() -> {
                    spin(OF_A_GUEST);
                    done[0]++;
                });
            }
        });
        return before.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Until the one sleeps, and the other finds it sleeping. */
    private void awaitHelp() {
        await().untilAsserted(() -> {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            here.execute(() -> there.execute(() -> thread.complete(Thread.currentThread())));
            assertThat(thread).succeedsWithin(10, TimeUnit.SECONDS);
            assertThat(thread.join().getName()).startsWith("here");
        });
    }

    private static int read(LendingEventLoop loop, int[] count) {
        CompletableFuture<Integer> total = new CompletableFuture<>();
        loop.execute(() -> total.complete(count[0]));
        return total.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void awaitRelease() {
        try {
            assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void spin(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
