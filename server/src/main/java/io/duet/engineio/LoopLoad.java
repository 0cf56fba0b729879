package io.duet.engineio;

import java.util.concurrent.TimeUnit;

/** How much of its time a loop is awake. Not safe for several threads. */
final class LoopLoad {
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private long since = System.nanoTime();
    private long awakeNanos;
    private long asleepNanos;
    private boolean isLight = true;

    void asleep(long now) {
        awakeNanos += now - since;
        since = now;
    }

    void awake(long now) {
        asleepNanos += now - since;
        since = now;
        if (awakeNanos + asleepNanos > WINDOW_NANOS) {
            isLight = awakeNanos < asleepNanos;
            awakeNanos = 0;
            asleepNanos = 0;
        }
    }

    /** Whether it slept for more than half of the last time. */
    boolean isLight(long now) {
        return isLight && now - since < WINDOW_NANOS;
    }
}
