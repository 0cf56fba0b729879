package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LastingTroubleTest {
    private final LastingTrouble trouble = new LastingTrouble(Duration.ofNanos(3));

    @Test
    void whatIsShortIsNotTold() {
        assertThat(trouble.failed(100)).isFalse();
        assertThat(trouble.failed(103)).isFalse();
    }

    @Test
    void whatLastsIsToldOnce() {
        assertThat(trouble.failed(100)).isFalse();
        assertThat(trouble.failed(104)).isTrue();
        assertThat(trouble.failed(200)).isFalse();
    }

    @Test
    void everyTimeIsAnother() {
        trouble.failed(100);
        trouble.failed(104);
        trouble.ended();

        assertThat(trouble.failed(200)).isFalse();
        assertThat(trouble.failed(204)).isTrue();
    }

    @Test
    void whatEndsAndComesBackHasNotLasted() {
        trouble.failed(100);
        trouble.ended();

        assertThat(trouble.failed(104)).isFalse();
    }
}
