package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LendingEventLoopTest {
    private volatile LongSupplier stolen = () -> 0;
    private final LoopWatch watch = new LoopWatch("watch");
    private final ExecutorService workers = Executors.newCachedThreadPool(new DefaultThreadFactory("worker", true));
    private final MultiThreadIoEventLoopGroup parent = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final LendingEventLoop loop = new LendingEventLoop(
            parent,
            new ThreadPerTaskExecutor(new DefaultThreadFactory("home", true)),
            executor -> new Counting(NioIoHandler.newFactory().newHandler(executor)),
            watch,
            workers,
            () -> stolen.getAsLong());
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger reads = new AtomicInteger();

    @BeforeEach
    void start() {
        watch.watch(List.of(loop));
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        assertThat(loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS))
                .isTrue();
        watch.close();
        parent.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        workers.shutdownNow();
    }

    @Test
    void guestsRunOnItsThreadAndOutsideOfIt() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<Boolean> inLoop = new CompletableFuture<>();

        lend(() -> {
            inLoop.complete(loop.inEventLoop());
            thread.complete(Thread.currentThread());
        });

        assertThat(inLoop).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(false);
        assertThat(thread.join()).isSameAs(threadOfLoop());
    }

    @Test
    void whatAGuestAsksOfTheLoopIsDoneBehindIt() {
        List<String> order = new ArrayList<>();
        CompletableFuture<List<String>> done = new CompletableFuture<>();

        lend(() -> {
            loop.execute(() -> {
                order.add("task");
                done.complete(order);
            });
            order.add("guest");
        });

        assertThat(done).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(List.of("guest", "task"));
    }

    @Test
    void aGuestThatAGuestBringsRunsHereToo() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();

        lend(() -> loop.lend(() -> thread.complete(Thread.currentThread())));

        assertThat(thread).succeedsWithin(10, TimeUnit.SECONDS).isSameAs(threadOfLoop());
    }

    @Test
    void whatComesFromOtherThreadsRunsOnWorkers() {
        CompletableFuture<String> thread = new CompletableFuture<>();

        loop.lend(() -> thread.complete(Thread.currentThread().getName()));

        assertThat(thread.join()).startsWith("worker");
    }

    @Test
    void goesOnWhileAGuestBlocks() {
        Thread home = threadOfLoop();
        block();

        assertThat(threadOfLoop()).isNotSameAs(home);
    }

    @Test
    void guestsBehindOneThatBlocksRunOnWorkers() {
        CompletableFuture<String> behind = new CompletableFuture<>();
        CompletableFuture<String> later = new CompletableFuture<>();
        loop.execute(() -> {
            loop.lend(this::awaitRelease);
            loop.lend(() -> behind.complete(Thread.currentThread().getName()));
        });

        assertThat(behind).succeedsWithin(10, TimeUnit.SECONDS).asString().startsWith("worker");
        lend(() -> later.complete(Thread.currentThread().getName()));
        assertThat(later).succeedsWithin(10, TimeUnit.SECONDS).asString().startsWith("worker");
    }

    @Test
    void itsOwnThreadTakesOverAgainAndLendsAfterABreak() {
        Thread home = threadOfLoop();
        block();
        threadOfLoop();

        release.countDown();

        await().untilAsserted(() -> assertThat(threadOfLoop()).isSameAs(home));
        await().untilAsserted(() -> assertThat(threadOfGuest()).isSameAs(home));
    }

    @Test
    void guestsThatTakeLongTogetherGoToWorkers() {
        CompletableFuture<Thread> first = new CompletableFuture<>();
        CompletableFuture<Thread> last = new CompletableFuture<>();

        // Each well within what a substitute is sent for.
        loop.execute(() -> IntStream.range(0, 200)
                .forEach(i -> loop.lend(() -> {
                    (i < 199 ? first : last).complete(Thread.currentThread());
                    spin(Duration.ofMillis(1));
                })));

        assertThat(first.join().getName()).startsWith("home");
        assertThat(last.join().getName()).startsWith("worker");
    }

    @Test
    void aGuestMayWaitForGuestsThatItBrings() {
        CompletableFuture<Void> done = new CompletableFuture<>();

        lend(() -> {
            // The first brings a substitute, which must not miss what comes when it is here.
            for (int i = 0; i < 2; i++) {
                CompletableFuture<Void> brought = new CompletableFuture<>();
                loop.lend(() -> brought.complete(null));
                brought.join();
            }
            done.complete(null);
        });

        assertThat(done).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void nothingIsReadWhileGuestsWait() {
        List<Integer> readsAtGuests = new ArrayList<>();
        CompletableFuture<Duration> took = new CompletableFuture<>();

        // Three take longer than guests may before what they have sent leaves.
        loop.execute(() -> {
            long begin = System.nanoTime();
            IntStream.range(0, 10)
                    .forEach(i -> loop.lend(() -> {
                        spin(Duration.ofMillis(2));
                        readsAtGuests.add(reads.get());
                        if (i == 9) {
                            took.complete(Duration.ofNanos(System.nanoTime() - begin));
                        }
                    }));
        });

        assertThat(took).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat((long) readsAtGuests.get(9) - readsAtGuests.get(0))
                .isLessThanOrEqualTo(took.join().toMillis() / 50);
    }

    @Test
    void readsWhileGuestsBringOthersWithoutEnd() {
        CompletableFuture<Void> read = new CompletableFuture<>();

        loop.execute(() -> {
            int before = reads.get();
            loop.lend(new Runnable() {
                @Override
                public void run() {
                    if (reads.get() > before + 1) {
                        read.complete(null);
                    } else {
                        loop.lend(this);
                    }
                }
            });
        });

        assertThat(read).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void aGuestsFaultAndItsInterruptAreItsOwn() {
        lend(() -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("expected by this test");
        });

        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        lend(() -> interrupted.complete(Thread.currentThread().isInterrupted()));
        assertThat(interrupted).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(false);
    }

    @Test
    void aGuestMayThrowWhatItDoesNotDeclare() {
        lend(() -> PlatformDependent.throwException(new IOException("expected by this test")));

        assertThat(threadOfGuest()).isSameAs(threadOfLoop());
    }

    @Test
    void endsOnceAGuestThatBlocksHasReturned() throws Exception {
        block();
        threadOfLoop();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        loop.schedule(() -> {}, 1, TimeUnit.HOURS);

        assertThat(loop.isTerminated()).isFalse();
        release.countDown();

        assertThat(loop.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatIsLentAtTheEndIsNotLost() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            loop.execute(() -> loop.lend(() -> done.complete(null)));
        });

        assertThat(done).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void aGuestThatHasNoProcessorDoesNotOverstay() {
        stolen = System::nanoTime;
        block();
        CompletableFuture<Void> task = new CompletableFuture<>();
        loop.execute(() -> task.complete(null));

        timeOfLooks(10);
        assertThat(task).isNotDone();

        stolen = () -> 0;
        assertThat(task).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void isLookedAtSeldomUntilAGuestOverstays() {
        loop.scheduleAtFixedRate(() -> loop.lend(() -> {}), 0, 5, TimeUnit.MILLISECONDS);
        assertThat(timeOfLooks(10)).isGreaterThan(Duration.ofMillis(300));

        block();
        threadOfLoop();
        release.countDown();

        await().untilAsserted(() -> assertThat(timeOfLooks(10)).isLessThan(Duration.ofMillis(300)));
    }

    /** Plain state of the loop, written from whichever thread runs it, while guests block again and again. */
    @Test
    void stateOfTheLoopIsNeverTouchedByTwo() {
        int[] turns = {0};
        AtomicInteger guests = new AtomicInteger();
        int rounds = 2000;
        for (int i = 0; i < rounds; i++) {
            boolean blocks = i % 100 == 0;
            loop.execute(() -> {
                turns[0]++;
                loop.lend(() -> {
                    if (blocks) {
                        spin(Duration.ofMillis(25));
                    }
                    guests.incrementAndGet();
                    loop.execute(() -> turns[0]++);
                });
            });
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(guests).hasValue(rounds));
        CompletableFuture<Integer> total = new CompletableFuture<>();
        loop.execute(() -> total.complete(turns[0]));
        assertThat(total).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(2 * rounds);
    }

    private Duration timeOfLooks(int count) {
        long watching = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("watch-\\d+-1"))
                .mapToLong(Thread::getId)
                .max()
                .orElseThrow();
        long begin = System.nanoTime();
        long before = looks(watching);
        await().pollInterval(Duration.ofMillis(5)).until(() -> looks(watching) >= before + count);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** It waits after each. */
    private static long looks(long watching) {
        return ManagementFactory.getThreadMXBean().getThreadInfo(watching).getWaitedCount();
    }

    private void lend(Runnable guest) {
        loop.execute(() -> loop.lend(guest));
    }

    /** Returns when the guest is there. */
    private void block() {
        CountDownLatch there = new CountDownLatch(1);
        lend(() -> {
            there.countDown();
            awaitRelease();
        });
        awaitLatch(there);
    }

    private void awaitRelease() {
        awaitLatch(release);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Thread threadOfLoop() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        loop.execute(() -> thread.complete(loop.inEventLoop() ? Thread.currentThread() : null));
        assertThat(thread).succeedsWithin(10, TimeUnit.SECONDS).isNotNull();
        return thread.join();
    }

    private Thread threadOfGuest() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        lend(() -> thread.complete(Thread.currentThread()));
        assertThat(thread).succeedsWithin(10, TimeUnit.SECONDS);
        return thread.join();
    }

    /** Takes long without leaving the processor. */
    private static void spin(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Counts how often the loop looks at the network. */
    private final class Counting implements IoHandler {
        private final IoHandler network;

        Counting(IoHandler network) {
            this.network = network;
        }

        @Override
        public int run(IoHandlerContext context) {
            reads.incrementAndGet();
            return network.run(context);
        }

        @Override
        public void prepareToDestroy() {
            network.prepareToDestroy();
        }

        @Override
        public void destroy() {
            network.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return network.register(handle);
        }

        @Override
        public void wakeup() {
            network.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return network.isCompatible(type);
        }
    }
}
