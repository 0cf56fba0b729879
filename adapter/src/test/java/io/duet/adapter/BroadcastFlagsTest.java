package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BroadcastFlagsTest {
    @Test
    void noneHasNoFlagAndNothingForTheWire() {
        assertThat(BroadcastFlags.NONE.toWire()).isEmpty();
        assertThat(BroadcastFlags.NONE.isVolatile()).isFalse();
        assertThat(BroadcastFlags.NONE.local()).isFalse();
        assertThat(BroadcastFlags.NONE.compress()).isEmpty();
        assertThat(BroadcastFlags.NONE.timeout()).isEmpty();
        assertThat(BroadcastFlags.NONE.expectSingleResponse()).isFalse();
    }

    @Test
    void travelInTheOrderInWhichTheyWereSet() {
        BroadcastFlags flags = BroadcastFlags.NONE
                .withExpectSingleResponse()
                .withTimeout(Duration.ofMillis(1500))
                .withCompress(false)
                .withVolatile();
        BroadcastFlags turned = BroadcastFlags.NONE
                .withVolatile()
                .withCompress(true)
                .withTimeout(Duration.ofSeconds(2))
                .withExpectSingleResponse();

        assertThat(flags.toWire().toString())
                .isEqualTo("{expectSingleResponse=true, timeout=1500, compress=false, volatile=true}");
        assertThat(turned.toWire().toString())
                .isEqualTo("{volatile=true, compress=true, timeout=2000, expectSingleResponse=true}");
    }

    @Test
    void settingAFlagAgainChangesItsValueButNotItsPlace() {
        BroadcastFlags flags =
                BroadcastFlags.NONE.withCompress(true).withVolatile().withCompress(false);

        assertThat(flags.toWire().toString()).isEqualTo("{compress=false, volatile=true}");
    }

    @Test
    void localNeverTravels() {
        BroadcastFlags flags = BroadcastFlags.NONE.withVolatile().withLocal();

        assertThat(flags.local()).isTrue();
        assertThat(flags.toWire()).containsOnlyKeys("volatile");
    }

    @Test
    void eachChangeLeavesTheOriginalAsItIs() {
        BroadcastFlags original = BroadcastFlags.NONE.withCompress(true);

        BroadcastFlags changed = original.withVolatile().withCompress(false);

        assertThat(original.isVolatile()).isFalse();
        assertThat(original.compress()).contains(true);
        assertThat(changed.compress()).contains(false);
    }

    @Test
    void areEqualByTheirValues() {
        assertThat(BroadcastFlags.NONE.withVolatile().withTimeout(Duration.ofSeconds(1)))
                .isEqualTo(
                        BroadcastFlags.NONE.withTimeout(Duration.ofSeconds(1)).withVolatile())
                .hasSameHashCodeAs(
                        BroadcastFlags.NONE.withTimeout(Duration.ofSeconds(1)).withVolatile())
                .isNotEqualTo(BroadcastFlags.NONE.withVolatile());
    }

    @Test
    void refuseATimeoutThatIsNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> BroadcastFlags.NONE.withTimeout(null))
                .withMessage("timeout");
    }
}
