package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

final class StolenTimeTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final StolenTime stolen = new StolenTime();

    @Test
    void theCollectorSteals() {
        LongSupplier pauses = new CollectorPauses();
        long before = stolen.getAsLong();
        long pausedBefore = pauses.getAsLong();

        awaitMoreThan(pausedBefore, pauses, System::gc);

        long paused = TimeUnit.MILLISECONDS.toNanos(pauses.getAsLong() - pausedBefore);
        assertThat(stolen.getAsLong() - before).isGreaterThanOrEqualTo(paused);
    }

    /** Of the thread that is followed, whoever asks. */
    @Test
    void otherThreadsSteal() throws InterruptedException {
        assumeThat(Files.isReadable(Path.of("/proc/thread-self/schedstat"))).isTrue();
        AtomicBoolean enough = new AtomicBoolean();
        List<Thread> busy = new ArrayList<>();
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            Runnable spin = () -> {
                while (!enough.get()) {
                    Thread.onSpinWait();
                }
            };
            Thread thread = new Thread(i == 0 ? stolen.follows(spin) : spin);
            busy.add(thread);
            thread.start();
        }
        try {
            LongSupplier pauses = new CollectorPauses();
            LongSupplier byThreads = () -> stolen.getAsLong() - TimeUnit.MILLISECONDS.toNanos(pauses.getAsLong());
            long before = byThreads.getAsLong();

            awaitMoreThan(before + TimeUnit.MILLISECONDS.toNanos(50), byThreads, Thread::onSpinWait);
        } finally {
            enough.set(true);
            for (Thread thread : busy) {
                thread.join();
            }
        }
    }

    private static void awaitMoreThan(long value, LongSupplier of, Runnable meanwhile) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (of.getAsLong() <= value) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            meanwhile.run();
        }
    }
}
