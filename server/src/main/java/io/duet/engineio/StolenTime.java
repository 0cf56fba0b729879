package io.duet.engineio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * For how long a thread has stood still for reasons that are not its own, in nanoseconds: the garbage collector had stopped everything, or it was ready
 * and other threads had the processors. The latter is known on Linux only (Documentation/scheduler/sched-stats.rst: {@code run_delay}), and once it
 * {@link #follows} the thread. For any thread.
 */
final class StolenTime implements LongSupplier {
    private static final Path CALLER = Path.of("/proc/thread-self");

    private final LongSupplier pausedMillis = new CollectorPauses();
    private volatile @Nullable Path schedstat;

    /** The same task; the thread that runs it is followed from then on. */
    Runnable follows(Runnable task) {
        return () -> {
            schedstat = ofCaller();
            task.run();
        };
    }

    private static @Nullable Path ofCaller() {
        try {
            Path file = CALLER.toRealPath().resolve("schedstat");
            return Files.isReadable(file) ? file : null;
        } catch (IOException e) {
            // There is none.
            return null;
        }
    }

    @Override
    public long getAsLong() {
        Path file = schedstat;
        return TimeUnit.MILLISECONDS.toNanos(pausedMillis.getAsLong()) + (file == null ? 0 : waitedNanos(file));
    }

    private static long waitedNanos(Path schedstat) {
        try {
            // Time on a processor, time waiting for one, how often it got one.
            return Long.parseLong(Files.readString(schedstat).split(" ", 3)[1]);
        } catch (IOException e) {
            // The thread has ended.
            return 0;
        }
    }
}
