package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The format: prometheus.io, "Text-based format". */
final class MetricsPageTest {
    @Test
    void readsSamplesAsPrometheusDoes() {
        MetricsPage page = MetricsPage.parse(
                """
                # HELP up Whether {it} = "works".
                # TYPE up gauge
                up 1
                seen_total{path="C:\\\\DIR\\\\",error="Cannot find \\"file\\"\\n, or so",} 1.458255915e9 1395066363000

                seen_total{path="/",error=""} 2
                le_bucket{le="+Inf"} +Inf
                low -Inf
                none NaN
                """);

        assertThat(page.samples()).hasSize(6);
        assertThat(page.samples().get(1))
                .isEqualTo(new MetricsPage.Sample(
                        "seen_total",
                        Map.of("path", "C:\\DIR\\", "error", "Cannot find \"file\"\n, or so"),
                        1_458_255_915));
        assertThat(page.sum("seen_total")).isEqualTo(1_458_255_917);
        assertThat(page.sum("seen_total", "path", "/", "error", "")).isEqualTo(2);
        assertThat(page.sum("seen_total", "path", "/etc")).isZero();
        assertThat(page.sum("le_bucket", "le", "+Inf")).isInfinite();
        assertThat(page.has("none")).isTrue();
        assertThat(page.has("seen_total", "path", "/etc")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "up one", "up", "up{a=1} 1", "up{a=\"1} 1", "up{a=\"1\" b=\"2\"} 1"})
    void namesWhatIsNoSample(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetricsPage.parse("up 1\n" + line))
                .withMessageContaining(line);
    }
}
