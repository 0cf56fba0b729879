package io.duet.adapter.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One replica; times in milliseconds, grace 100. */
final class PresenceStateTest {
    private final List<String> events = new ArrayList<>();
    private final PresenceState state = new PresenceState(
            Duration.ofMillis(100),
            event -> events.add(event.at().toEpochMilli()
                    + " " + event.type().name().toLowerCase(Locale.ROOT) + " " + event.userId()
                    + event.room().map(room -> " " + room).orElse("")),
            node -> node.equals("n2") ? 40 : 0);

    @Test
    void aFirstSocketIsOnlineAndJoinsItsRooms() {
        put("n1", "s1", "anna", "red", "blue");

        assertThat(events).containsExactly("0 online anna", "0 joined anna blue", "0 joined anna red");
        assertThat(state.isOnline("anna")).isTrue();
        assertThat(state.usersIn("red")).containsExactly("anna");
        assertThat(state.countIn("red")).isOne();
        assertThat(state.socketCount()).isOne();
    }

    @Test
    void aUserIsOfflineOneGracePeriodAfterTheLastSocket() {
        put("n1", "s1", "anna", "red");
        put("n2", "s2", "anna", "red");
        events.clear();

        remove("n1", "s1", 10);
        remove("n2", "s2", 20);
        state.advance(119);
        assertThat(events).containsExactly("10 updated anna");
        assertThat(state.isOnline("anna")).isTrue();
        assertThat(state.socketsOf("anna")).isEmpty();
        assertThat(state.metadataIn("red")).isEqualTo(Map.of("anna", List.of(TextNode.valueOf(""))));

        state.advance(120);
        assertThat(events).containsExactly("10 updated anna", "120 left anna red", "120 offline anna");
        assertThat(state.isOnline("anna")).isFalse();
        assertThat(state.usersIn("red")).isEmpty();
        assertThat(state.nextDeadline()).isEmpty();
    }

    @Test
    void aReloadIsNoAbsence() {
        put("n1", "s1", "anna", "red");
        events.clear();

        remove("n1", "s1", 10);
        putAt(60, "n2", "s2", "anna");
        putAt(70, "n2", "s2", "anna", "red");
        state.advance(1_000);

        assertThat(events).isEmpty();
        assertThat(state.usersIn("red")).containsExactly("anna");
    }

    @Test
    void aRoomThatIsNotJoinedAgainIsLeftAfterTheGracePeriod() {
        put("n1", "s1", "anna", "red");
        events.clear();

        remove("n1", "s1", 10);
        putAt(60, "n2", "s2", "anna");
        state.advance(1_000);

        assertThat(events).containsExactly("110 left anna red");
    }

    @Test
    void aRoomThatIsLeftOnPurposeIsLeftAtOnceByTheLastSocketInIt() {
        put("n1", "s1", "anna", "red");
        put("n1", "s2", "anna", "red");
        events.clear();

        putAt(10, "n1", "s1", "anna");
        assertThat(events).isEmpty();
        putAt(20, "n1", "s2", "anna");
        assertThat(events).containsExactly("20 left anna red");
    }

    @Test
    void leavingOneRoomOnPurposeEndsNoOtherRoomsGracePeriod() {
        put("n1", "s1", "anna", "red");
        put("n1", "s2", "anna", "blue");
        remove("n1", "s1", 10);
        events.clear();

        putAt(20, "n1", "s2", "anna");
        assertThat(events).containsExactly("20 left anna blue");
        state.advance(110);
        assertThat(events).containsExactly("20 left anna blue", "110 left anna red");
    }

    @Test
    void aDeadNodesUsersAreGoneAtOnceUnlessTheyAreElsewhere() {
        put("n1", "s1", "anna", "red");
        put("n1", "s2", "bert", "red");
        put("n2", "s3", "bert");
        events.clear();

        state.nodeGone("n1", 50);

        assertThat(events)
                .containsExactly("50 left anna red", "50 offline anna", "50 updated bert", "50 left bert red");
        state.nodeGone("n1", 60);
        assertThat(events).hasSize(4);
    }

    @Test
    void aGracePeriodEndsBeforeWhatComesLater() {
        put("n1", "s1", "anna");
        remove("n1", "s1", 10);
        events.clear();

        putAt(111, "n1", "s2", "anna");

        assertThat(events).containsExactly("110 offline anna", "111 online anna");
    }

    @Test
    void otherMetadataIsAnUpdate() {
        put("n1", "s1", "anna");
        events.clear();

        change(
                "n1",
                "s1",
                Optional.of(new PresenceEntry("anna", Instant.EPOCH, Set.of(), TextNode.valueOf("busy"))),
                5);
        change(
                "n1",
                "s1",
                Optional.of(new PresenceEntry("anna", Instant.EPOCH, Set.of(), TextNode.valueOf("busy"))),
                6);

        assertThat(events).containsExactly("5 updated anna");
    }

    @Test
    void aSocketMayGoOverToAnotherUser() {
        put("n1", "s1", "anna", "red");
        events.clear();

        putAt(5, "n1", "s1", "bert", "red");

        assertThat(events).containsExactly("5 left anna red", "5 offline anna", "5 online bert", "5 joined bert red");
    }

    @Test
    void aSnapshotTellsOnlyTheDifferences() {
        put("n1", "s1", "anna", "red");
        put("n1", "s2", "bert");
        put("n2", "s3", "cleo");
        events.clear();

        state.snapshot(
                Map.of(
                        "n1",
                        Map.of("s1", entry("anna", "red"), "s4", entry("dora")),
                        "n3",
                        Map.of("s5", entry("cleo"))),
                50);
        assertThat(events).containsExactlyInAnyOrder("50 online dora", "50 updated cleo", "50 updated cleo");

        state.advance(150);
        assertThat(events).endsWith("150 offline bert");
    }

    @Test
    void aNodeThatASnapshotLacksMayComeBackWithinTheGracePeriod() {
        put("n1", "s1", "anna", "red");
        put("n2", "s2", "bert");
        events.clear();

        state.snapshot(Map.of(), 50);
        putAt(100, "n1", "s1", "anna", "red");
        state.advance(150);

        assertThat(events).containsExactly("150 offline bert");
    }

    @Test
    void aSocketWasSeenWhenItsNodeWas() {
        put("n1", "s1", "anna");
        put("n2", "s2", "anna");

        assertThat(state.socketsOf("anna"))
                .extracting(UserSocket::lastSeen)
                .containsExactly(Instant.EPOCH, Instant.ofEpochMilli(40));
    }

    @Test
    void pagesAreInOrderOfTheIds() {
        for (String user : List.of("d", "b", "a", "c")) {
            put("n1", "s" + user, user);
        }

        assertThat(state.page("", 3)).containsExactly("a", "b", "c");
        assertThat(state.page("c", 3)).containsExactly("d");
        assertThat(state.snapshot().users()).containsOnlyKeys("a", "b", "c", "d");
        assertThat(state.snapshot().position()).isEqualTo(4);
    }

    private void put(String node, String socket, String user, String... rooms) {
        putAt(0, node, socket, user, rooms);
    }

    private void putAt(long at, String node, String socket, String user, String... rooms) {
        change(node, socket, Optional.of(entry(user, rooms)), at);
    }

    private void remove(String node, String socket, long at) {
        change(node, socket, Optional.empty(), at);
    }

    private void change(String node, String socket, Optional<PresenceEntry> entry, long at) {
        state.change(node, new PresenceLog.Change(socket, entry), at);
    }

    private static PresenceEntry entry(String user, String... rooms) {
        return new PresenceEntry(user, Instant.EPOCH, Set.of(rooms), TextNode.valueOf(""));
    }
}
