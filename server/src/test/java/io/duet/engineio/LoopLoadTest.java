package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoopLoadTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final LoopLoad load = new LoopLoad();
    private long now = System.nanoTime();

    @Test
    void isLightWhileTheLoopSleepsMoreThanHalfOfTheTime() {
        turns(20, 3, 7);
        assertThat(load.isLight(now)).isTrue();

        turns(20, 7, 3);
        assertThat(load.isLight(now)).isFalse();

        turns(20, 3, 7);
        assertThat(load.isLight(now)).isTrue();
    }

    @Test
    void isNotLightWhenTheLoopHasNotSleptForLong() {
        turns(20, 1, 9);

        assertThat(load.isLight(now + 11 * MILLI)).isFalse();
    }

    private void turns(int count, int awakeMillis, int asleepMillis) {
        for (int i = 0; i < count; i++) {
            now += awakeMillis * MILLI;
            load.asleep(now);
            now += asleepMillis * MILLI;
            load.awake(now);
        }
    }
}
