package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.duet.adapter.AckCollector;
import io.duet.adapter.Adapter;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.EventPacket;
import io.duet.adapter.HistoryOptions;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.LocalSockets;
import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.SessionState;
import io.duet.adapter.SocketDetails;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node of a cluster without a server: one adapter of the namespace {@code /}, and sockets that hand on what they get. */
final class ClusterNode implements LocalSockets, AutoCloseable {
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final RedisAdapter factory;
    private final Adapter adapter;

    ClusterNode(String uri) {
        this(RedisAdapter.classic(uri, RedisAdapterOptions.defaults()));
    }

    ClusterNode(RedisAdapter factory) {
        this.factory = factory;
        adapter = factory.create("/", this);
    }

    Adapter adapter() {
        return adapter;
    }

    boolean isReady() {
        return factory.isReady();
    }

    /** A socket in its own room; {@code onEvent} is called on the thread that delivers. */
    Member connect(String id, Consumer<EventPacket> onEvent) {
        Member member = new Member(id, onEvent);
        members.add(member);
        adapter.addAll(member, Set.of(id)).toCompletableFuture().join();
        return member;
    }

    @Override
    public Collection<? extends LocalSocket> all() {
        return members;
    }

    @Override
    public ObjectMapper mapper() {
        return new ObjectMapper();
    }

    @Override
    public HistoryOptions history() {
        return HistoryOptions.NONE;
    }

    @Override
    public Optional<RecoveryOptions> recovery() {
        return Optional.empty();
    }

    @Override
    public void deliver(EventPacket packet, BroadcastFlags flags, Collection<? extends LocalSocket> receivers) {
        receivers.forEach(receiver -> ((Member) receiver).onEvent.accept(packet));
    }

    @Override
    public void deliverWithAck(
            EventPacket packet,
            BroadcastFlags flags,
            Collection<? extends LocalSocket> receivers,
            AckCollector collector) {
        deliver(packet, flags, receivers);
        collector.clients(0);
    }

    @Override
    public void serverSide(List<@Nullable Object> data, @Nullable Consumer<List<@Nullable Object>> answer) {
        // Nobody listens.
    }

    @Override
    public void close() {
        adapter.close().toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }

    /** A socket. */
    final class Member implements LocalSocket {
        private final String id;
        private final Consumer<EventPacket> onEvent;

        Member(String id, Consumer<EventPacket> onEvent) {
            this.id = id;
            this.onEvent = onEvent;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public boolean connected() {
            return true;
        }

        @Override
        public SocketDetails details() {
            return new SocketDetails(
                    id,
                    JsonNodeFactory.instance.objectNode(),
                    adapter.socketRooms(id),
                    JsonNodeFactory.instance.objectNode());
        }

        @Override
        public Optional<SessionState> session() {
            return Optional.empty();
        }

        @Override
        public void supersede() {
            throw new AssertionError("superseded");
        }

        CompletionStage<Void> enter(String room) {
            return adapter.addAll(this, Set.of(room));
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
            adapter.delAll(this);
            members.remove(this);
        }
    }
}
