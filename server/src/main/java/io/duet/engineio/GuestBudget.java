package io.duet.engineio;

import java.util.concurrent.TimeUnit;

/**
 * How much time of an event loop its guests may take. Short ones any: they are the loop's work. Those that take long, because they wait or compute,
 * a tenth of it; then there is a break, at the end of which it is tried again. The breaks get longer while they are not worth it.
 *
 * <p>A short one that the machine interrupts looks like a long one: hence a budget. Not safe for several threads.
 */
final class GuestBudget {
    private static final long LONG_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BUDGET_NANOS = WINDOW_NANOS / 10;
    private static final long MIN_BREAK_MILLIS = 1_000;
    private static final long MAX_BREAK_MILLIS = 32_000;

    private final long minBreakMillis;
    private long windowBegin = System.nanoTime();
    private long longNanos;
    private long breakMillis;
    private long breakEnd;

    GuestBudget() {
        this(MIN_BREAK_MILLIS);
    }

    /** @param minBreakMillis the first break */
    GuestBudget(long minBreakMillis) {
        this.minBreakMillis = minBreakMillis;
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
        longNanos += nanos;
        return longNanos > BUDGET_NANOS;
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
