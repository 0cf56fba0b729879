package io.duet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.bench.Arrivals.Kind;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {
    private final Arrivals arrivals = new Arrivals(2);

    @Test
    void sendersAreCountedApart() {
        assertThat(arrivals.take(0, 0)).isEqualTo(Kind.NEW);
        assertThat(arrivals.take(0, 1)).isEqualTo(Kind.NEW);
        assertThat(arrivals.take(1, 0)).isEqualTo(Kind.NEW);

        arrivals.take(0, 4);
        arrivals.take(1, 4);
        assertThat(arrivals.take(1, 3)).isEqualTo(Kind.DISORDERED);
        assertThat(arrivals.take(0, 3)).isEqualTo(Kind.DISORDERED);
    }

    @Test
    void whatComesAfterALaterOneIsDisorderedOnce() {
        arrivals.take(1, 0);
        arrivals.take(1, 3);

        assertThat(arrivals.take(1, 2)).isEqualTo(Kind.DISORDERED);
        assertThat(arrivals.take(1, 2)).isEqualTo(Kind.REPEATED);
        assertThat(arrivals.take(1, 3)).isEqualTo(Kind.REPEATED);
        assertThat(arrivals.take(1, 4)).isEqualTo(Kind.NEW);
        assertThat(arrivals.take(1, 1)).isEqualTo(Kind.DISORDERED);
    }

    @Test
    void whatWasForgottenIsOneTooMany() {
        arrivals.take(0, 2);
        arrivals.forget(0, 5);

        assertThat(arrivals.take(0, 1)).isEqualTo(Kind.REPEATED);
        assertThat(arrivals.take(0, 4)).isEqualTo(Kind.REPEATED);
        assertThat(arrivals.take(0, 5)).isEqualTo(Kind.NEW);
    }
}
