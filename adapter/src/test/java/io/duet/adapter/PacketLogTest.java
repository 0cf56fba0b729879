package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PacketLogTest {
    private static final Duration KEPT = Duration.ofMinutes(2);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private static final RoomHistories NO_HISTORIES =
            new RoomHistories(HistoryOptions.NONE, new ObjectMapper(), () -> 0);

    private final PacketLog log = new PacketLog(new RecoveryOptions(KEPT, true, 3), NO_HISTORIES, nanos::get);

    @Test
    void stampsEachPacketWithALaterOffset() {
        String first = stamp("a");
        String second = stamp("b");

        assertThat(first).isNotEqualTo(second);
        assertThat(log.position()).isEqualTo(second);
        assertThat(missedBehind(first)).containsExactly("b");
        assertThat(missedBehind(second)).isEmpty();
    }

    @Test
    void volatilePacketsCarryTheNewestOffsetAndAreNotKept() {
        String kept = stamp("kept");

        EventPacket stamped = log.stamp(event("gone"), all(BroadcastFlags.NONE.withVolatile()));

        assertThat(stamped.data()).containsExactly("gone", kept);
        assertThat(log.position()).isEqualTo(kept);
    }

    @Test
    void sessionsAreTakenOnce() {
        log.keep(session(log.position()));

        assertThat(log.take("private", Optional.empty())).isPresent();
        assertThat(log.take("private", Optional.empty())).isEmpty();
    }

    @Test
    void aClientThatHasSeenNothingStartsWhereItWasConnected() {
        String connectedAt = log.position();
        stamp("a");
        log.keep(session(connectedAt));

        SessionState restored = log.take("private", Optional.empty()).orElseThrow();

        assertThat(restored.offset()).isEqualTo(connectedAt);
        assertThat(log.missed(restored)).extracting(EventPacket::event).containsExactly("a");
    }

    @Test
    void theOffsetOfTheClientWins() {
        String connectedAt = log.position();
        String seen = stamp("a");
        log.keep(session(connectedAt));

        assertThat(log.take("private", Optional.of(seen)))
                .map(SessionState::offset)
                .contains(seen);
    }

    @Test
    void sessionsWhosePacketsAreNoLongerAllHereAreLost() {
        String connectedAt = log.position();
        String first = stamp("1");
        stamp("2");
        stamp("3");
        stamp("4");

        log.keep(session(connectedAt));
        assertThat(log.take("private", Optional.empty())).isEmpty();
        log.keep(session(connectedAt));
        assertThat(log.take("private", Optional.of(first))).isPresent();
    }

    @Test
    void offsetsThatAreNoneOrOfAnotherProcessAreRefused() {
        PacketLog other = new PacketLog(RecoveryOptions.DEFAULT, NO_HISTORIES, nanos::get);
        String foreign =
                (String) other.stamp(event("a"), BroadcastOptions.ALL).data().get(1);
        String own = stamp("a");

        for (String offset : new String[] {foreign, "", "x", own + "!", own + "zzzzzzzzzzzzzzzzzzzz", own + "0"}) {
            log.keep(session(own));
            assertThat(log.take("private", Optional.of(offset))).as(offset).isEmpty();
        }
    }

    @Test
    void sessionsAndPacketsExpire() {
        String before = log.position();
        stamp("a");
        log.keep(session(before));

        nanos.addAndGet(KEPT.toNanos() + 1);

        assertThat(log.take("private", Optional.empty())).isEmpty();
        log.keep(session(before));
        assertThat(log.take("private", Optional.empty()))
                .as("its packet is gone")
                .isEmpty();
    }

    @Test
    void sessionsAreKeptUntilTheyExpire() {
        log.keep(session(log.position()));

        nanos.addAndGet(KEPT.toNanos());

        assertThat(log.take("private", Optional.empty())).isPresent();
    }

    @Test
    void droppedPacketsAreNotMissed() {
        String before = log.position();
        log.drop(log.stamp(event("bad"), BroadcastOptions.ALL));
        stamp("good");

        assertThat(missedBehind(before)).containsExactly("good");
    }

    private String stamp(String name) {
        return (String) log.stamp(event(name), BroadcastOptions.ALL).data().get(1);
    }

    private List<String> missedBehind(String offset) {
        return log.missed(session(offset)).stream().map(EventPacket::event).toList();
    }

    private static EventPacket event(String name) {
        return new EventPacket("/", List.of(name));
    }

    private static BroadcastOptions all(BroadcastFlags flags) {
        return new BroadcastOptions(Set.of(), Set.of(), flags);
    }

    private static SessionState session(String offset) {
        return new SessionState("id", "private", Set.of("id"), JsonNodeFactory.instance.objectNode(), offset);
    }
}
