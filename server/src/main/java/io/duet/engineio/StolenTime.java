package io.duet.engineio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * For how long the calling thread has stood still for reasons that are not its own, in nanoseconds: the garbage collector had stopped everything, or it
 * was ready and other threads had the processors. The latter is known on Linux only (Documentation/scheduler/sched-stats.rst: {@code run_delay}).
 */
final class StolenTime implements LongSupplier {
    private static final Path SCHEDSTAT = Path.of("/proc/thread-self/schedstat");

    private final LongSupplier pausedMillis = new CollectorPauses();
    private final boolean hasSchedstat = Files.isReadable(SCHEDSTAT);

    @Override
    public long getAsLong() {
        return TimeUnit.MILLISECONDS.toNanos(pausedMillis.getAsLong()) + (hasSchedstat ? waitedNanos() : 0);
    }

    private static long waitedNanos() {
        try {
            // Time on a processor, time waiting for one, how often it got one.
            return Long.parseLong(Files.readString(SCHEDSTAT).split(" ", 3)[1]);
        } catch (IOException e) {
            return 0;
        }
    }
}
