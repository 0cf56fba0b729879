package io.duet.app.bench;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What all clients together have met. Safe for any thread. */
final class Tally {
    private final LongSupplier clock;
    private final Latencies latencies = new Latencies();
    private final LongAdder received = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder disconnected = new LongAdder();
    private final AtomicReference<@Nullable String> firstReason = new AtomicReference<>();

    /** @param clock nanoseconds, as those in the messages */
    Tally(LongSupplier clock) {
        this.clock = clock;
    }

    /** @param sent when the message was due */
    void received(long sent) {
        latencies.record(clock.getAsLong() - sent);
        received.increment();
    }

    void repeated() {
        repeated.increment();
    }

    void disconnected(String reason) {
        firstReason.compareAndSet(null, reason);
        disconnected.increment();
    }

    long receivedCount() {
        return received.sum();
    }

    long repeatedCount() {
        return repeated.sum();
    }

    long disconnectedCount() {
        return disconnected.sum();
    }

    Optional<String> reason() {
        return Optional.ofNullable(firstReason.get());
    }

    /** The shares of which people ask. */
    String percentiles() {
        return String.format(
                Locale.ROOT,
                "p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
                latencies.millis(0.5),
                latencies.millis(0.99),
                latencies.millis(0.999),
                latencies.millis(1));
    }

    double millis(double share) {
        return latencies.millis(share);
    }
}
