package io.duet.socketio;

import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.HistoryRange;
import io.duet.adapter.KeptPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Whom a broadcast is for, and how it is to be sent. Immutable: each call gives a new operator, so one can be kept and used by many threads.
 *
 * <p>Targets are the union of the rooms (everybody, if none is named) minus the members of the excepted ones; each gets one copy. They are
 * found when the operation runs, on each node for its own sockets. An unknown room has no members. Delivery is at most once.
 */
public final class BroadcastOperator {
    private final Namespace namespace;
    private final BroadcastOptions options;

    BroadcastOperator(Namespace namespace, BroadcastOptions options) {
        this.namespace = namespace;
        this.options = options;
    }

    /** Adds rooms to the targets. */
    public BroadcastOperator to(String... rooms) {
        return new BroadcastOperator(
                namespace, new BroadcastOptions(union(options.rooms(), rooms), options.except(), options.flags()));
    }

    /** The same as {@link #to}. */
    public BroadcastOperator in(String... rooms) {
        return to(rooms);
    }

    /** Excludes the members of rooms; a socket id works, being a room. */
    public BroadcastOperator except(String... rooms) {
        return new BroadcastOperator(
                namespace, new BroadcastOptions(options.rooms(), union(options.except(), rooms), options.flags()));
    }

    /** Only this node. */
    public BroadcastOperator local() {
        return with(options.flags().withLocal());
    }

    /** Node's {@code volatile}: receivers whose transport is not writable at that moment miss it. */
    public BroadcastOperator asVolatile() {
        return with(options.flags().withVolatile());
    }

    /** Whether what is sent may be compressed. */
    public BroadcastOperator compress(boolean compress) {
        return with(options.flags().withCompress(compress));
    }

    /** How long acknowledgements and answers of other nodes may take. */
    public BroadcastOperator timeout(Duration timeout) {
        return with(options.flags().withTimeout(timeout));
    }

    /**
     * Sends an event to the targets.
     *
     * @throws IllegalArgumentException if the name is reserved or a value cannot be encoded
     */
    public void emit(String event, @Nullable Object... arguments) {
        namespace.adapter().broadcast(packet(event, arguments), options);
    }

    /**
     * Sends an event and asks every target for an acknowledgement.
     *
     * @return the first value of each answer, in order of arrival; empty if there was nobody to ask. Fails with {@link AckTimeoutException},
     *     which has the answers so far, after the {@link #timeout} (default {@link ServerOptions#ackTimeout()}).
     */
    public CompletionStage<Arguments> emitWithAck(String event, @Nullable Object... arguments) {
        Duration limit =
                options.flags().timeout().orElse(namespace.server().options().ackTimeout());
        BroadcastOptions limited = new BroadcastOptions(
                options.rooms(), options.except(), options.flags().withTimeout(limit));
        BroadcastAcks acks = new BroadcastAcks(namespace.server().mapper(), limit);
        namespace.adapter().broadcastWithAck(packet(event, arguments), limited, acks);
        if (options.flags().local()) {
            acks.expectNodes(1);
        } else {
            namespace.adapter().serverCount().thenAccept(acks::expectNodes);
        }
        return acks.result();
    }

    /** Descriptions of the targets, on all nodes. */
    public CompletionStage<List<RemoteSocket>> fetchSockets() {
        return namespace.adapter().fetchSockets(options).thenApply(details -> {
            List<RemoteSocket> sockets = new ArrayList<>(details.size());
            details.forEach(socket -> sockets.add(new RemoteSocket(namespace, socket)));
            return sockets;
        });
    }

    /**
     * What was broadcast to a room last, in order; see {@link ServerBuilder#history}.
     *
     * @param limit how many events at most, 1 to 10,000
     * @return fails with {@link UnsupportedOperationException} if the room has no history
     * @throws IllegalArgumentException unless this is for one room
     */
    public CompletionStage<List<HistoryEntry>> history(int limit) {
        return history(HistoryRange.last(limit));
    }

    /** The same behind an offset, the oldest of them. */
    public CompletionStage<List<HistoryEntry>> historySince(String offset, int limit) {
        return history(new HistoryRange(Optional.of(offset), Optional.empty(), limit));
    }

    /** The same before an offset, the newest of them: a page back. */
    public CompletionStage<List<HistoryEntry>> historyBefore(String offset, int limit) {
        return history(new HistoryRange(Optional.empty(), Optional.of(offset), limit));
    }

    private CompletionStage<List<HistoryEntry>> history(HistoryRange range) {
        Set<String> rooms = options.rooms();
        if (rooms.size() != 1 || !options.except().isEmpty()) {
            throw new IllegalArgumentException("history: of " + rooms + " (expected: of one room)");
        }
        return namespace.adapter().history(rooms.iterator().next(), range).thenApply(kept -> kept.stream()
                .map(this::entry)
                .toList());
    }

    private HistoryEntry entry(KeptPacket kept) {
        List<@Nullable Object> data = kept.packet().data();
        Arguments arguments =
                Arguments.of(data.subList(1, data.size()), namespace.server().mapper());
        return new HistoryEntry(kept.packet().offset(), kept.packet().event(), arguments);
    }

    /** Makes the targets join rooms. */
    public void socketsJoin(String... rooms) {
        namespace.adapter().addSockets(options, union(Set.of(), rooms));
    }

    /** Makes the targets leave rooms. */
    public void socketsLeave(String... rooms) {
        namespace.adapter().delSockets(options, union(Set.of(), rooms));
    }

    /** Disconnects the targets, as {@link Socket#disconnect(boolean)}. */
    public void disconnectSockets(boolean close) {
        namespace.adapter().disconnectSockets(options, close);
    }

    BroadcastOperator with(BroadcastFlags flags) {
        return new BroadcastOperator(namespace, new BroadcastOptions(options.rooms(), options.except(), flags));
    }

    BroadcastFlags flags() {
        return options.flags();
    }

    private EventPacket packet(String event, @Nullable Object... arguments) {
        return new EventPacket(namespace.name(), Namespace.eventData(event, arguments));
    }

    private static Set<String> union(Set<String> rooms, String... more) {
        Set<String> union = new LinkedHashSet<>(rooms);
        union.addAll(Arrays.asList(more));
        return union;
    }
}
