package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class OncePerIntervalTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final OncePerInterval warning = new OncePerInterval(Duration.ofNanos(10), now::get);

    @Test
    void tellsTheFirstAtOnceAndThenWhatHasComeTogether() {
        assertThat(warning.happened()).isOne();
        assertThat(warning.happened()).isZero();
        now.addAndGet(9);
        assertThat(warning.happened()).isZero();
        now.addAndGet(1);
        assertThat(warning.happened()).isEqualTo(3);
        assertThat(warning.happened()).isZero();
    }
}
