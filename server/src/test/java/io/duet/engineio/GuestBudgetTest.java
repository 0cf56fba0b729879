package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GuestBudgetTest {
    private static final long SHORT = TimeUnit.MICROSECONDS.toNanos(99);
    private static final long LONG = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long stolen;
    private final GuestBudget budget = new GuestBudget(() -> stolen);
    private long now = System.nanoTime();

    @Test
    void shortOnesAreNeverTooMuch() {
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(isExceeded(SHORT)).isFalse();
        }
    }

    @Test
    void longOnesMayTakeATenthOfASecond() {
        for (int i = 0; i < 50; i++) {
            assertThat(isExceeded(LONG)).isFalse();
        }

        assertThat(isExceeded(LONG)).isTrue();
    }

    @Test
    void whatOthersHaveTakenIsNotTheirs() {
        for (int i = 0; i < 1_000; i++) {
            stolen += LONG;
            assertThat(isExceeded(LONG)).isFalse();
        }

        // What was taken before counts in favour of the next, once.
        assertThat(IntStream.range(0, 110).anyMatch(i -> isExceeded(LONG))).isTrue();
    }

    @Test
    void onlyCollectorsThatStopEverythingCount() {
        assertThat(Stream.of("Copy", "MarkSweepCompact", "G1 Young Generation", "ZGC Pauses", "PS Scavenge"))
                .allMatch(CollectorPauses::pauses);
        assertThat(Stream.of("G1 Concurrent GC", "ZGC Cycles", "Shenandoah Cycles"))
                .noneMatch(CollectorPauses::pauses);
    }

    @Test
    void whatWasASecondAgoIsForgotten() {
        for (int i = 0; i < 200; i++) {
            assertThat(isExceeded(LONG)).isFalse();
            now += SECOND / 40;
        }
    }

    @Test
    void breaksGetLongerWhileTheyAreNotWorthIt() {
        assertThat(budget.beginBreak(now)).isEqualTo(1_000);
        assertThat(breakAfter(1)).isEqualTo(2_000);
        assertThat(breakAfter(1)).isEqualTo(4_000);
        assertThat(breakAfter(4 * SECOND)).isEqualTo(1_000);
        for (int i = 0; i < 10; i++) {
            breakAfter(1);
        }
        assertThat(breakAfter(1)).isEqualTo(32_000);
    }

    private boolean isExceeded(long nanos) {
        now += nanos;
        return budget.isExceeded(nanos, now);
    }

    private long breakAfter(long nanos) {
        budget.endBreak(now);
        now += nanos;
        return budget.beginBreak(now);
    }
}
