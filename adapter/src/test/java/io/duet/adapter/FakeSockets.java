package io.duet.adapter;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The sockets of a namespace that has no server: what is delivered is remembered, and acknowledged with the socket's id. */
public final class FakeSockets implements LocalSockets {
    /** The name of an event that no encoder takes. */
    public static final String NOT_ENCODABLE = "not encodable";

    private final List<FakeSocket> sockets = new CopyOnWriteArrayList<>();
    private final List<List<Object>> serverSideEvents = new CopyOnWriteArrayList<>();
    private final Optional<RecoveryOptions> recovery;
    private volatile BroadcastFlags lastFlags = BroadcastFlags.NONE;
    private volatile List<Object> acknowledgement;
    private volatile List<Object> serverSideAnswer;

    /** Of a server without recovery. */
    public FakeSockets() {
        this.recovery = Optional.empty();
    }

    public FakeSockets(RecoveryOptions recovery) {
        this.recovery = Optional.of(recovery);
    }

    public void add(FakeSocket socket) {
        sockets.add(socket);
    }

    public List<List<Object>> serverSideEvents() {
        return serverSideEvents;
    }

    /** What all receivers answer from now on, rather than their ids. */
    public void acknowledgeWith(List<Object> arguments) {
        acknowledgement = arguments;
    }

    /** What the server-side listeners answer from now on; nothing before. */
    public void answerServerSideWith(List<Object> values) {
        serverSideAnswer = values;
    }

    public BroadcastFlags lastFlags() {
        return lastFlags;
    }

    @Override
    public ObjectMapper mapper() {
        return new ObjectMapper();
    }

    @Override
    public Optional<RecoveryOptions> recovery() {
        return recovery;
    }

    @Override
    public HistoryOptions history() {
        return HistoryOptions.NONE;
    }

    @Override
    public Collection<? extends LocalSocket> all() {
        return sockets;
    }

    @Override
    public void deliver(EventPacket packet, BroadcastFlags flags, Collection<? extends LocalSocket> receivers) {
        if (packet.event().equals(NOT_ENCODABLE)) {
            throw new IllegalArgumentException("data");
        }
        lastFlags = flags;
        receivers.forEach(receiver -> ((FakeSocket) receiver).receive(packet));
    }

    @Override
    public void deliverWithAck(
            EventPacket packet,
            BroadcastFlags flags,
            Collection<? extends LocalSocket> receivers,
            AckCollector collector) {
        List<? extends LocalSocket> asked = List.copyOf(receivers);
        deliver(packet, flags, asked);
        collector.clients(asked.size());
        asked.forEach(receiver -> collector.answer(acknowledgement == null ? List.of(receiver.id()) : acknowledgement));
    }

    @Override
    public void serverSide(List<Object> data, Consumer<List<Object>> answer) {
        serverSideEvents.add(data);
        if (answer != null && serverSideAnswer != null) {
            answer.accept(serverSideAnswer);
        }
    }
}
