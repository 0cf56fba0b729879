package io.duet.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LatenciesTest {
    @Test
    void percentilesAreThoseOfTheSortedValues() {
        Latencies latencies = new Latencies();
        long[] nanos = new Random(1)
                .longs(10_000, 0, 1_000)
                .map(value -> value * value * value)
                .sorted()
                .toArray();

        LongStream.of(nanos).forEach(latencies::record);

        assertThat(latencies.count()).isEqualTo(nanos.length);
        for (double share : new double[] {0.001, 0.5, 0.99, 0.999, 1}) {
            double exact = nanos[(int) Math.ceil(share * nanos.length) - 1] / 1e6;
            assertThat(latencies.millis(share)).isCloseTo(exact, within(exact / 64 + 1e-6));
        }
    }

    @Test
    void nothingTookNoTime() {
        Latencies latencies = new Latencies();

        assertThat(latencies.millis(0.5)).isZero();
        latencies.record(-5);
        assertThat(latencies.millis(1)).isZero();
    }
}
