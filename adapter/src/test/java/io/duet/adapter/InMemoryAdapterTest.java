package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class InMemoryAdapterTest extends AdapterContract {
    @Override
    protected Adapter create(LocalSockets sockets) {
        return InMemoryAdapter.factory().create(NAMESPACE, sockets);
    }

    @Test
    void everyStageIsComplete() {
        assertThat(adapter.addAll(new FakeSocket("x"), Set.of("r"))).isCompleted();
        assertThat(adapter.serverCount()).isCompletedWithValue(1);
        assertThat(adapter.allRooms()).isCompleted();
        assertThat(adapter.fetchSockets(BroadcastOptions.ALL)).isCompleted();
        assertThat(adapter.serverSideEmitWithAck(List.of("e"), Duration.ofSeconds(1)))
                .isCompleted();
        assertThat(adapter.close()).isCompleted();
    }

    @Test
    void keepsNothingWithoutRecovery() {
        adapter.persistSession(session("private", adapter.position()));

        assertThat(adapter.position()).isEmpty();
        assertThat(await(adapter.restoreSession("private", Optional.empty()))).isEmpty();
    }

    @Test
    void restoresASessionWithWhatItsClientMissed() {
        FakeSockets sockets = new FakeSockets(RecoveryOptions.DEFAULT);
        Adapter recovering = create(sockets);
        FakeSocket witness = new FakeSocket("witness", recovering);
        sockets.add(witness);
        recovering.broadcast(event("seen"), BroadcastOptions.ALL);
        String seen = offset(witness.lastPacket());
        recovering.broadcast(event("missed"), BroadcastOptions.ALL);
        recovering.broadcast(event("elsewhere"), to(Set.of("other"), Set.of()));
        recovering.broadcast(event("not for it"), to(Set.of(), Set.of("r")));
        recovering.broadcast(event("in its room"), to(Set.of("r"), Set.of("other")));
        recovering.persistSession(session("private", seen));

        Optional<SessionState> restored = await(recovering.restoreSession("private", Optional.of(seen)));

        assertThat(restored).hasValue(session("private", seen));
        assertThat(await(recovering.missedPackets(restored.orElseThrow())))
                .extracting(EventPacket::event)
                .containsExactly("missed", "in its room");
        assertThat(await(recovering.restoreSession("private", Optional.of(seen))))
                .as("a second time")
                .isEmpty();
    }

    @Test
    void aBroadcastThatCannotBeEncodedIsNotKept() {
        Adapter recovering = create(new FakeSockets(RecoveryOptions.DEFAULT));
        String before = recovering.position();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> recovering.broadcast(event(FakeSockets.NOT_ENCODABLE), BroadcastOptions.ALL));

        assertThat(await(recovering.missedPackets(session("private", before)))).isEmpty();
    }

    private static EventPacket event(String name) {
        return new EventPacket(NAMESPACE, List.of(name));
    }

    private static BroadcastOptions to(Set<String> rooms, Set<String> except) {
        return new BroadcastOptions(rooms, except, BroadcastFlags.NONE);
    }

    private static SessionState session(String privateId, String offset) {
        return new SessionState("id", privateId, Set.of("id", "r"), JsonNodeFactory.instance.objectNode(), offset);
    }

    private static String offset(EventPacket packet) {
        return (String) packet.data().get(packet.data().size() - 1);
    }
}
