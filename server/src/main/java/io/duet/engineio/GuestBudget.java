package io.duet.engineio;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much time of an event loop its guests may take. Short ones any: they are the loop's work. Those that take long, because they wait or compute,
 * a tenth of it; then there is a break, at the end of which it is tried again. The breaks get longer while they are not worth it.
 *
 * <p>A short one that is interrupted looks like a long one: hence a budget. The garbage collector, and the compiler on a machine of one core,
 * interrupt a server most when it has most to do, and it would then lose time to switching threads as well: before a break that time is taken off.
 * Used by one thread at a time, which is the one that the guests have.
 */
final class GuestBudget {
    private static final long LONG_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BUDGET_NANOS = WINDOW_NANOS / 10;
    private static final long MIN_BREAK_MILLIS = 1_000;
    private static final long MAX_BREAK_MILLIS = 32_000;

    private final LongSupplier stolenNanos;
    private long stolenBefore;
    private long windowBegin = System.nanoTime();
    private long longNanos;
    private long breakMillis;
    private long breakEnd;

    /** @param stolenNanos for how long the guests' thread has stood still since a time in the past without a guest's fault */
    GuestBudget(LongSupplier stolenNanos) {
        this.stolenNanos = stolenNanos;
    }

    /** Whether one more that took so long was too much. */
    boolean isExceeded(long nanos, long now) {
        if (nanos < LONG_NANOS) {
            return false;
        }
        boolean first = now - windowBegin > WINDOW_NANOS;
        if (first) {
            windowBegin = now;
            longNanos = 0;
        }
        longNanos += nanos;
        if (first || longNanos > BUDGET_NANOS) {
            longNanos = Math.max(0, longNanos - stolenSinceAsked());
        }
        return longNanos > BUDGET_NANOS;
    }

    private long stolenSinceAsked() {
        long before = stolenBefore;
        stolenBefore = stolenNanos.getAsLong();
        return stolenBefore - before;
    }

    /** Returns how long: twice as long as the last if it was not worth that. */
    long beginBreak(long now) {
        boolean soonAgain = breakMillis > 0 && now - breakEnd < TimeUnit.MILLISECONDS.toNanos(breakMillis);
        breakMillis = soonAgain ? Math.min(2 * breakMillis, MAX_BREAK_MILLIS) : MIN_BREAK_MILLIS;
        return breakMillis;
    }

    void endBreak(long now) {
        breakEnd = now;
        windowBegin = now;
        longNanos = 0;
    }
}
