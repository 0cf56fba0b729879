package io.duet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClimbTest {
    private static final double START = 100;

    @ParameterizedTest
    @ValueSource(doubles = {3, 27, 99, 100, 101, 640, 12_345})
    void findsTheLimitWithinASixteenthOfItAndNeverTellsMore(double limit) {
        Climb climb = climb(limit);

        assertThat(climb.best()).isLessThanOrEqualTo(limit);
        if (limit >= START) {
            assertThat(climb.best()).isCloseTo(limit, within(limit / 16));
        } else {
            assertThat(climb.best()).isGreaterThan(limit * 0.75);
        }
    }

    @Test
    void givesUpOnWhatHoldsNothing() {
        assertThat(climb(0).best()).isZero();
    }

    @Test
    void isNotOverBeforeTheRateHalfwayWasTriedThreeTimes() {
        Climb climb = new Climb(START);

        climb.tried(true);
        climb.tried(false);

        assertThat(climb.next()).isEqualTo(125);
        climb.tried(true);
        assertThat(climb.next()).isEqualTo(137.5);
        climb.tried(false);
        assertThat(climb.next()).isEqualTo(131.25);
        assertThat(climb.isOver()).isFalse();
        climb.tried(true);
        assertThat(climb.isOver()).isTrue();
        assertThat(climb.best()).isEqualTo(131.25);
    }

    private static Climb climb(double limit) {
        Climb climb = new Climb(START);
        while (!climb.isOver()) {
            climb.tried(climb.next() <= limit);
        }
        return climb;
    }
}
