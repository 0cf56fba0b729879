package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BroadcastOptionsTest {
    @Test
    void keepTheOrderInWhichRoomsWereNamed() {
        BroadcastOptions options = new BroadcastOptions(
                new LinkedHashSet<>(List.of("z", "a", "m")),
                new LinkedHashSet<>(List.of("y", "b")),
                BroadcastFlags.NONE);

        assertThat(options.rooms()).containsExactly("z", "a", "m");
        assertThat(options.except()).containsExactly("y", "b");
    }

    @Test
    void areCopiesThatNobodyCanChange() {
        Set<String> rooms = new LinkedHashSet<>(List.of("a"));
        Set<String> except = new LinkedHashSet<>(List.of("b"));
        BroadcastOptions options = new BroadcastOptions(rooms, except, BroadcastFlags.NONE);

        rooms.add("c");
        except.clear();

        assertThat(options.rooms()).containsExactly("a");
        assertThat(options.except()).containsExactly("b");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> options.rooms().add("d"));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> options.except().clear());
    }

    @Test
    void forOneSocketNameItsOwnRoom() {
        BroadcastFlags flags = BroadcastFlags.NONE.withVolatile();

        assertThat(BroadcastOptions.socket("id", flags)).isEqualTo(new BroadcastOptions(Set.of("id"), Set.of(), flags));
    }

    @Test
    void packetsCopyTheirDataAndKeepNulls() {
        List<Object> data = new ArrayList<>(Arrays.asList("event", null, 1, null));
        EventPacket packet = new EventPacket("/", data);

        data.clear();

        assertThat(packet.event()).isEqualTo("event");
        assertThat(packet.data()).containsExactly("event", null, 1, null);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> packet.data().add(2));
    }

    @Test
    void packetsWithoutAnEventNameAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventPacket("/", List.of()))
                .withMessage("data: 0 elements (expected: an event name, then arguments)");
        assertThatIllegalArgumentException().isThrownBy(() -> new EventPacket("/", List.of(1, "event")));
    }
}
