package io.duet.adapter.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.adapter.BusStatistics.Discard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LatencyProbeTest {
    private static final String PING = "k-duet-ping#";

    private final FakeBus bus = new FakeBus();
    private final BusCounters counters = new BusCounters();
    private final LatencyProbe probe = new LatencyProbe(bus, counters, "k");
    private final List<String> measured = new ArrayList<>();
    private String id = "";

    @BeforeEach
    void start() {
        counters.onLatency((own, nanos) -> measured.add(own ? "self" : "node"));
        probe.tick();
        id = new String(bus.published.remove(0).payload(), US_ASCII).split(" ", -1)[0];
    }

    @Test
    void measuresItsOwnPing() {
        receive(PING, id + " 1 2");

        assertThat(measured).containsExactly("self");
        assertThat(bus.published).isEmpty();
    }

    @Test
    void answersThePingOfAnother() {
        receive(PING, "other 17 2");

        assertThat(bus.published).singleElement().satisfies(pong -> {
            assertThat(pong.channel()).isEqualTo("k-duet-pong#other#");
            assertThat(pong.payload()).asString(US_ASCII).isEqualTo("17");
        });
    }

    @Test
    void measuresAnAnswer() {
        receive("k-duet-pong#" + id + "#", "1");

        assertThat(measured).containsExactly("node");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "other", "other 1", "other x 2", "other 1 x", "other 1 2 3", "ID x 2"})
    void passesOverWhatIsNoPing(String ping) {
        receive(PING, ping.replace("ID", id));

        assertThat(counters.discarded(Discard.MALFORMED)).isOne();
        assertThat(bus.published).isEmpty();
        assertThat(measured).isEmpty();
    }

    @Test
    void passesOverWhatIsNoAnswer() {
        receive("k-duet-pong#" + id + "#", "soon");

        assertThat(counters.discarded(Discard.MALFORMED)).isOne();
        assertThat(measured).isEmpty();
    }

    private void receive(String channel, String text) {
        requireNonNull(bus.receivers.get(channel), channel).onMessage(channel, text.getBytes(US_ASCII));
    }
}
