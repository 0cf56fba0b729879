package io.duet.engineio;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Keeps a log readable: of what may happen very often, it lets through one in an interval, which tells how often it was. */
final class OncePerInterval {
    private final long intervalNanos;
    private final LongSupplier nanoClock;
    private final AtomicLong notBefore;
    private final AtomicLong untold = new AtomicLong();

    OncePerInterval(Duration interval, LongSupplier nanoClock) {
        this.intervalNanos = interval.toNanos();
        this.nanoClock = nanoClock;
        this.notBefore = new AtomicLong(nanoClock.getAsLong());
    }

    /** It has happened; any thread. Returns how often since it was told of last, or 0 if it is not to be told now. */
    long happened() {
        untold.incrementAndGet();
        long now = nanoClock.getAsLong();
        long due = notBefore.get();
        return now - due >= 0 && notBefore.compareAndSet(due, now + intervalNanos) ? untold.getAndSet(0) : 0;
    }
}
