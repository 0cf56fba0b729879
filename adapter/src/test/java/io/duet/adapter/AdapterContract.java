package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter does on one node that is alone in its cluster. Each adapter has a test that extends this. */
public abstract class AdapterContract {
    protected static final String NAMESPACE = "/contract";

    private static final Duration LIMIT = Duration.ofSeconds(10);

    protected Adapter adapter;

    private FakeSockets sockets;
    private FakeSocket a;
    private FakeSocket b;
    private FakeSocket c;

    /** A new adapter of a node of its own, which serves {@link #NAMESPACE}. */
    protected abstract Adapter create(LocalSockets sockets);

    @BeforeEach
    void threeSockets() {
        sockets = new FakeSockets();
        adapter = create(sockets);
        a = connect("a");
        b = connect("b");
        c = connect("c");
    }

    @AfterEach
    void closeAdapter() {
        await(adapter.close());
    }

    @Test
    void joiningIsVisibleAtOnceAndDoneLater() {
        CompletionStage<Void> done = adapter.addAll(a, Set.of("r", "s"));

        assertThat(adapter.socketRooms("a")).containsExactlyInAnyOrder("a", "r", "s");
        assertThat(adapter.rooms()).containsExactlyInAnyOrder("a", "b", "c", "r", "s");
        assertThat(adapter.sockets(Set.of("r"))).containsExactly("a");
        await(done);
    }

    @Test
    void joiningTwiceIsOneMembership() {
        await(adapter.addAll(a, Set.of("r")));
        await(adapter.addAll(a, Set.of("r")));

        adapter.del(a, "r");

        assertThat(adapter.sockets(Set.of("r"))).isEmpty();
    }

    @Test
    void leavingARoomLeavesNoOther() {
        await(adapter.addAll(a, Set.of("r", "s")));

        adapter.del(a, "r");
        adapter.del(a, "never joined");

        assertThat(adapter.socketRooms("a")).containsExactlyInAnyOrder("a", "s");
        assertThat(adapter.rooms()).doesNotContain("r");
    }

    @Test
    void leavingAllRoomsForgetsTheSocket() {
        await(adapter.addAll(a, Set.of("r", "s")));

        adapter.delAll(a);

        assertThat(adapter.socketRooms("a")).isEmpty();
        assertThat(adapter.rooms()).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void membershipIsHandedOutAsCopies() {
        Set<String> before = adapter.socketRooms("a");
        Set<String> rooms = adapter.rooms();

        await(adapter.addAll(a, Set.of("r")));

        assertThat(before).containsExactly("a");
        assertThat(rooms).doesNotContain("r");
    }

    @Test
    void socketsOfNoRoomAreAll() {
        assertThat(adapter.sockets(Set.of())).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(adapter.sockets(Set.of("none"))).isEmpty();
    }

    @Test
    void roomListenersHearTheLifeOfARoom() {
        RecordedRoomEvents events = new RecordedRoomEvents();
        adapter.addRoomListener(events);

        await(adapter.addAll(a, Set.of("r")));
        await(adapter.addAll(b, Set.of("r")));
        adapter.del(a, "r");
        adapter.del(b, "r");

        assertThat(events.all())
                .containsExactly("create r", "join r a", "join r b", "leave r a", "leave r b", "delete r");
    }

    @Test
    void broadcastsToEverySocketWithoutRooms() {
        adapter.broadcast(event("all"), BroadcastOptions.ALL);

        assertThat(a.received()).containsExactly("all");
        assertThat(b.received()).containsExactly("all");
        assertThat(c.received()).containsExactly("all");
    }

    @Test
    void broadcastsOnceToMembersOfSeveralRooms() {
        await(adapter.addAll(a, Set.of("r", "s")));
        await(adapter.addAll(b, Set.of("s")));

        adapter.broadcast(event("e"), to("r", "s", "none"));

        assertThat(a.received()).containsExactly("e");
        assertThat(b.received()).containsExactly("e");
        assertThat(c.received()).isEmpty();
    }

    @Test
    void exceptWinsOverRooms() {
        await(adapter.addAll(a, Set.of("r")));
        await(adapter.addAll(b, Set.of("r", "quiet")));

        adapter.broadcast(event("e"), new BroadcastOptions(Set.of("r"), Set.of("quiet", "none"), BroadcastFlags.NONE));
        adapter.broadcast(event("f"), new BroadcastOptions(Set.of(), Set.of("a"), BroadcastFlags.NONE));

        assertThat(a.received()).containsExactly("e");
        assertThat(b.received()).containsExactly("f");
        assertThat(c.received()).containsExactly("f");
    }

    @Test
    void localBroadcastsReachThisNode() {
        adapter.broadcast(event("e"), new BroadcastOptions(Set.of("a"), Set.of(), BroadcastFlags.NONE.withLocal()));

        assertThat(a.received()).containsExactly("e");
    }

    @Test
    void flagsReachTheSockets() {
        BroadcastFlags flags = BroadcastFlags.NONE.withVolatile().withCompress(false);

        adapter.broadcast(event("e"), new BroadcastOptions(Set.of("a"), Set.of(), flags));

        assertThat(sockets.lastFlags()).isEqualTo(flags);
    }

    @Test
    void broadcastsOfOneThreadKeepTheirOrder() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            expected.add("e" + i);
            adapter.broadcast(event("e" + i), i % 2 == 0 ? BroadcastOptions.ALL : to("a"));
        }

        assertThat(a.received()).isEqualTo(expected);
    }

    @Test
    void broadcastsThatCannotBeEncodedReachNobody() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adapter.broadcast(event(FakeSockets.NOT_ENCODABLE), BroadcastOptions.ALL));

        assertThat(a.received()).isEmpty();
    }

    @Test
    void acknowledgementsComeFromEachReceiver() {
        RecordedAcks acks = new RecordedAcks();
        BroadcastFlags flags = BroadcastFlags.NONE.withTimeout(LIMIT);

        adapter.broadcastWithAck(event("e"), new BroadcastOptions(Set.of(), Set.of("c"), flags), acks);

        assertThat(acks.nodes()).containsExactly(2);
        assertThat(acks.answers()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void acknowledgementsOfNobodyAreCountedAsNone() {
        RecordedAcks acks = new RecordedAcks();
        BroadcastFlags flags = BroadcastFlags.NONE.withTimeout(LIMIT);

        adapter.broadcastWithAck(event("e"), new BroadcastOptions(Set.of("none"), Set.of(), flags), acks);

        assertThat(acks.nodes()).containsExactly(0);
        assertThat(acks.answers()).isEmpty();
    }

    @Test
    void addsSelectedSocketsToRooms() {
        adapter.addSockets(new BroadcastOptions(Set.of(), Set.of("a"), BroadcastFlags.NONE), ordered("r", "s"));

        assertThat(adapter.sockets(Set.of("r"))).containsExactlyInAnyOrder("b", "c");
        assertThat(adapter.sockets(Set.of("s"))).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void removesSelectedSocketsFromRooms() {
        adapter.addSockets(BroadcastOptions.ALL, ordered("r", "s"));

        adapter.delSockets(to("a", "b"), ordered("r", "none"));

        assertThat(adapter.sockets(Set.of("r"))).containsExactly("c");
        assertThat(adapter.sockets(Set.of("s"))).hasSize(3);
    }

    @Test
    void disconnectsSelectedSockets() {
        adapter.disconnectSockets(to("a"), false);
        adapter.disconnectSockets(to("b"), true);

        assertThat(a.received()).containsExactly("disconnect");
        assertThat(b.received()).containsExactly("disconnect and close");
        assertThat(c.received()).isEmpty();
        assertThat(adapter.rooms()).containsExactly("c");
    }

    @Test
    void describesSelectedSockets() {
        await(adapter.addAll(a, Set.of("r")));

        List<SocketDetails> details = await(adapter.fetchSockets(to("r", "b")));

        assertThat(details).extracting(SocketDetails::id).containsExactlyInAnyOrder("a", "b");
        assertThat(details)
                .filteredOn(each -> each.id().equals("a"))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.rooms()).containsExactlyInAnyOrder("a", "r");
                    assertThat(each.data().path("of").asText()).isEqualTo("a");
                    assertThat(each.handshake().path("address").asText()).isEqualTo("127.0.0.1");
                });
        assertThat(await(adapter.fetchSockets(to("none")))).isEmpty();
    }

    @Test
    void serverSideEventsDoNotComeBack() {
        adapter.serverSideEmit(List.of("event", 1));

        ServerSideAnswers answers = await(adapter.serverSideEmitWithAck(List.of("event", 2), LIMIT));

        assertThat(answers).isEqualTo(ServerSideAnswers.NONE);
        assertThat(sockets.serverSideEvents()).isEmpty();
    }

    @Test
    void countsItselfAsTheOnlyNode() {
        assertThat(await(adapter.serverCount())).isEqualTo(1);
    }

    @Test
    void roomsOfTheClusterAreThoseOfThisNode() {
        await(adapter.addAll(a, Set.of("r")));

        assertThat(await(adapter.allRooms())).containsExactlyInAnyOrder("a", "b", "c", "r");
    }

    @Test
    void unknownSessionsAreNotRestored() {
        assertThat(await(adapter.restoreSession("unknown", Optional.of("0")))).isEmpty();
        assertThat(await(adapter.restoreSession("unknown", Optional.empty()))).isEmpty();
    }

    @Test
    void socketsThatAreNotAcceptedYetAreNotFound() {
        b.setConnected(false);

        adapter.addSockets(BroadcastOptions.ALL, Set.of("r"));
        adapter.disconnectSockets(to("b"), true);

        assertThat(adapter.sockets(Set.of())).containsExactlyInAnyOrder("a", "c");
        assertThat(adapter.sockets(Set.of("r"))).containsExactlyInAnyOrder("a", "c");
        assertThat(await(adapter.fetchSockets(BroadcastOptions.ALL)))
                .extracting(SocketDetails::id)
                .containsExactlyInAnyOrder("a", "c");
        assertThat(b.received()).isEmpty();
    }

    protected static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private FakeSocket connect(String id) {
        FakeSocket socket = new FakeSocket(id, adapter);
        await(adapter.addAll(socket, Set.of(id)));
        sockets.add(socket);
        return socket;
    }

    private static EventPacket event(String name) {
        return new EventPacket(NAMESPACE, List.of(name));
    }

    private static BroadcastOptions to(String... rooms) {
        return new BroadcastOptions(ordered(rooms), Set.of(), BroadcastFlags.NONE);
    }

    private static Set<String> ordered(String... rooms) {
        Set<String> set = new LinkedHashSet<>();
        Collections.addAll(set, rooms);
        return set;
    }
}
