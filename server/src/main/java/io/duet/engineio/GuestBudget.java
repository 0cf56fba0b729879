package io.duet.engineio;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much time of an event loop its guests may take. Short ones any: they are the loop's work. Those that take long, because they wait or compute,
 * a tenth of it; then there is a break, at the end of which it is tried again. The breaks get longer while they are not worth it.
 *
 * <p>A short one that the machine interrupts looks like a long one: hence a budget. One that the garbage collector interrupts is not charged for it:
 * a server that has much to do collects often, and would then lose time to switching threads as well. Not safe for several threads.
 */
final class GuestBudget {
    private static final long LONG_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BUDGET_NANOS = WINDOW_NANOS / 10;
    private static final long MIN_BREAK_MILLIS = 1_000;
    private static final long MAX_BREAK_MILLIS = 32_000;

    private final long minBreakMillis;
    private final LongSupplier pausedMillis;
    private long pausedBefore;
    private long windowBegin = System.nanoTime();
    private long longNanos;
    private long breakMillis;
    private long breakEnd;

    GuestBudget() {
        this(MIN_BREAK_MILLIS, new CollectorPauses());
    }

    /**
     * @param minBreakMillis the first break
     * @param pausedMillis for how long everything was stopped since a time in the past
     */
    GuestBudget(long minBreakMillis, LongSupplier pausedMillis) {
        this.minBreakMillis = minBreakMillis;
        this.pausedMillis = pausedMillis;
        this.pausedBefore = pausedMillis.getAsLong();
    }

    /** Whether one more that took so long was too much. */
    boolean isExceeded(long nanos, long now) {
        if (nanos < LONG_NANOS) {
            return false;
        }
        if (now - windowBegin > WINDOW_NANOS) {
            windowBegin = now;
            longNanos = 0;
        }
        longNanos += Math.max(0, nanos - pausedNanos());
        return longNanos > BUDGET_NANOS;
    }

    /** Since it was asked last, which was for another long one: in favour of this one. */
    private long pausedNanos() {
        long before = pausedBefore;
        pausedBefore = pausedMillis.getAsLong();
        return TimeUnit.MILLISECONDS.toNanos(pausedBefore - before);
    }

    /** Returns how long: twice as long as the last if it was not worth that. */
    long beginBreak(long now) {
        boolean soonAgain = breakMillis > 0 && now - breakEnd < TimeUnit.MILLISECONDS.toNanos(breakMillis);
        breakMillis = soonAgain ? Math.min(2 * breakMillis, MAX_BREAK_MILLIS) : minBreakMillis;
        return breakMillis;
    }

    void endBreak(long now) {
        breakEnd = now;
        windowBegin = now;
        longNanos = 0;
    }
}
