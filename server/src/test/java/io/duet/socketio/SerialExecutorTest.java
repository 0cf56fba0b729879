package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SerialExecutorTest {
    private final ExecutorService pool = Executors.newFixedThreadPool(3);
    private final EventExecutor loop = new DefaultEventExecutor();

    @AfterEach
    void stop() {
        pool.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void tasksRunInTheOrderInWhichTheyWereGiven() {
        SerialExecutor serial = SerialExecutor.pooled(pool);
        List<Integer> seen = new ArrayList<>();

        IntStream.range(0, 10_000).forEach(i -> serial.execute(() -> seen.add(i)));
        await(serial);

        assertThat(seen).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    }

    @Test
    void oneTaskRunsAtATimeHoweverManyThreadsGiveThem() throws Exception {
        SerialExecutor serial = SerialExecutor.pooled(pool);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        int[] unguarded = {0};
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            threads.add(new Thread(() -> IntStream.range(0, 10_000)
                    .forEach(i -> serial.execute(() -> {
                        if (running.incrementAndGet() != 1) {
                            overlaps.incrementAndGet();
                        }
                        unguarded[0]++;
                        running.decrementAndGet();
                    }))));
        }

        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }
        await(serial);

        assertThat(overlaps).hasValue(0);
        assertThat(unguarded[0]).isEqualTo(40_000);
    }

    @Test
    void tasksOfOneThreadKeepTheirOrderWhileOthersGiveTasksToo() throws Exception {
        SerialExecutor serial = SerialExecutor.pooled(pool);
        int[] next = new int[4];
        AtomicInteger faults = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(new Thread(() -> IntStream.range(0, 5_000)
                    .forEach(i -> serial.execute(() -> {
                        if (next[thread]++ != i) {
                            faults.incrementAndGet();
                        }
                    }))));
        }

        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }
        await(serial);

        assertThat(faults).hasValue(0);
        assertThat(next).containsOnly(5_000);
    }

    @Test
    void tasksThatATaskGivesRunWithinIt() {
        SerialExecutor serial = SerialExecutor.pooled(pool);
        List<String> seen = new ArrayList<>();

        serial.execute(() -> {
            seen.add("begin");
            serial.execute(() -> {
                seen.add("nested");
                serial.execute(() -> seen.add("nested deeper"));
            });
            seen.add("end");
        });
        serial.execute(() -> seen.add("next"));
        await(serial);

        assertThat(seen).containsExactly("begin", "nested", "nested deeper", "end", "next");
    }

    @Test
    void tasksGivenForLaterRunBehindAllThatWait() {
        SerialExecutor serial = SerialExecutor.pooled(pool);
        List<String> seen = new ArrayList<>();
        CountDownLatch given = new CountDownLatch(1);

        serial.execute(() -> {
            awaitLatch(given);
            serial.executeLater(() -> seen.add("later"));
            seen.add("now");
        });
        serial.execute(() -> seen.add("waiting"));
        given.countDown();
        await(serial);
        await(serial);

        assertThat(seen).containsExactly("now", "waiting", "later");
    }

    @Test
    void aTaskThatFailsHoldsUpNothing() {
        SerialExecutor serial = SerialExecutor.pooled(pool);
        List<String> seen = new ArrayList<>();

        serial.execute(() -> {
            throw new IllegalStateException("expected by this test");
        });
        serial.execute(() -> {
            serial.execute(() -> {
                throw new AssertionError("expected by this test");
            });
            seen.add("outer goes on");
        });
        serial.execute(() -> seen.add("next"));
        await(serial);

        assertThat(seen).containsExactly("outer goes on", "next");
    }

    @Test
    void oneThatIsBlockedHoldsUpNoOther() {
        SerialExecutor blocked = SerialExecutor.pooled(pool);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> behind = new CompletableFuture<>();
        blocked.execute(() -> awaitLatch(release));
        blocked.execute(() -> behind.complete(null));

        IntStream.range(0, 50).forEach(i -> await(SerialExecutor.pooled(pool)));

        assertThat(behind).isNotDone();
        release.countDown();
        assertThat(behind).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void aBusyOneLeavesItsThreadToOthers() {
        ExecutorService single = Executors.newSingleThreadExecutor();
        try {
            SerialExecutor busy = SerialExecutor.pooled(single);
            SerialExecutor other = SerialExecutor.pooled(single);
            AtomicInteger done = new AtomicInteger();
            CompletableFuture<Integer> whenTheOtherRan = new CompletableFuture<>();
            CountDownLatch given = new CountDownLatch(1);
            busy.execute(() -> awaitLatch(given));
            IntStream.range(0, 10_000).forEach(i -> busy.execute(done::incrementAndGet));
            other.execute(() -> whenTheOtherRan.complete(done.get()));

            given.countDown();

            assertThat(whenTheOtherRan).succeedsWithin(10, TimeUnit.SECONDS).satisfies(count -> assertThat(count)
                    .isLessThan(1_000));
            await(busy);
            assertThat(done).hasValue(10_000);
        } finally {
            single.shutdownNow();
        }
    }

    @Test
    void thousandsOfThemShareASmallPool() {
        ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        List<SerialExecutor> executors = IntStream.range(0, 2_000)
                .mapToObj(i -> SerialExecutor.pooled(pool))
                .toList();
        int[] counts = new int[executors.size()];

        for (int round = 0; round < 20; round++) {
            int expected = round;
            for (int i = 0; i < executors.size(); i++) {
                int number = i;
                executors.get(i).execute(() -> {
                    if (counts[number]++ != expected) {
                        faults.add(number + " in round " + expected);
                    }
                });
            }
        }
        executors.forEach(SerialExecutorTest::await);

        assertThat(faults).isEmpty();
        assertThat(counts).containsOnly(20);
    }

    @Test
    void onTheEventLoopTasksOfOtherThreadsRunInOrder() {
        SerialExecutor serial = SerialExecutor.onEventLoop(loop, loop::inEventLoop);
        List<Integer> seen = new ArrayList<>();

        IntStream.range(0, 1_000)
                .forEach(i -> serial.execute(() -> {
                    assertThat(loop.inEventLoop()).isTrue();
                    seen.add(i);
                }));
        await(serial);

        assertThat(seen).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }

    @Test
    void onTheEventLoopTasksOfTheLoopRunAtOnceUnlessGivenForLater() {
        SerialExecutor serial = SerialExecutor.onEventLoop(loop, loop::inEventLoop);
        List<String> seen = new ArrayList<>();

        serial.execute(() -> {
            serial.executeLater(() -> seen.add("later"));
            serial.execute(() -> seen.add("nested"));
            serial.execute(() -> {
                throw new IllegalStateException("expected by this test");
            });
            seen.add("end");
        });
        await(serial);
        await(serial);

        assertThat(seen).containsExactly("nested", "end", "later");
    }

    private static void await(SerialExecutor serial) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        serial.execute(() -> done.complete(null));
        done.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("never released");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
