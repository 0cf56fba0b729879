package io.duet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.bench.Run.Progress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SaturationTest {
    @ParameterizedTest
    @CsvSource({
        "500, 975, true, nearly all is done",
        "450, 951, true, always as late",
        "480, 965, true, a little later",
        "480, 960, false, later and later",
        "300, 800, true, catches up",
        "500, 700, false, stops"
    })
    void keepsUpIfNearlyAllIsDoneOrDoesNotBecomeLater(int doneAtHalf, int doneAtEnd, boolean keepsUp, String how) {
        assertThat(Saturation.keepsUp(new Progress(50, 500, doneAtHalf), new Progress(100, 1000, doneAtEnd)))
                .as(how)
                .isEqualTo(keepsUp);
    }
}
