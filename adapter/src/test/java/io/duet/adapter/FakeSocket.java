package io.duet.adapter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A socket that does what it is told through its adapter, and remembers what happened to it. */
public final class FakeSocket implements LocalSocket {
    private final String id;
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final Adapter adapter;
    private volatile boolean connected = true;
    private volatile EventPacket lastPacket;

    /** Of no adapter: can be put into rooms, but cannot join by itself. */
    public FakeSocket(String id) {
        this(id, null);
    }

    public FakeSocket(String id, Adapter adapter) {
        this.id = id;
        this.adapter = adapter;
    }

    @Override
    public String id() {
        return id;
    }

    /** Events by name, and {@code disconnect}. */
    public List<String> received() {
        return received;
    }

    /** The last one; with its offset as last argument where there is recovery. */
    public EventPacket lastPacket() {
        return lastPacket;
    }

    void receive(EventPacket packet) {
        received.add(packet.event());
        lastPacket = packet;
    }

    /** From now on it is as one that has not been accepted yet, or has left. */
    void setConnected(boolean connected) {
        this.connected = connected;
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public SocketDetails details() {
        return new SocketDetails(
                id,
                JsonNodeFactory.instance.objectNode().put("address", "127.0.0.1"),
                adapter.socketRooms(id),
                JsonNodeFactory.instance.objectNode().put("of", id));
    }

    @Override
    public Optional<SessionState> session() {
        return Optional.empty();
    }

    @Override
    public void supersede() {
        throw new AssertionError("superseded");
    }

    @Override
    public void join(Set<String> rooms) {
        adapter.addAll(this, rooms);
    }

    @Override
    public void leave(Set<String> rooms) {
        rooms.forEach(room -> adapter.del(this, room));
    }

    @Override
    public void disconnect(boolean close) {
        connected = false;
        adapter.delAll(this);
        received.add(close ? "disconnect and close" : "disconnect");
    }

    @Override
    public String toString() {
        return id;
    }
}
