package io.duet.adapter;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The histories of one namespace's rooms, in memory. Not for several threads at once. */
final class RoomHistories {
    private static final long SWEEP_NANOS = 60_000_000_000L;

    private final HistoryOptions options;
    private final ObjectMapper mapper;
    private final LongSupplier nanoClock;
    private final Map<String, History> histories = new HashMap<>();
    private long sweptAtNanos;

    /** @param mapper turns arguments into trees: what the application changes later does not change the past */
    RoomHistories(HistoryOptions options, ObjectMapper mapper, LongSupplier nanoClock) {
        this.options = options;
        this.mapper = mapper;
        this.nanoClock = nanoClock;
        this.sweptAtNanos = nanoClock.getAsLong();
    }

    List<String> roomsOf(BroadcastOptions target) {
        return options.roomsOf(target);
    }

    /** The same packet as it can be kept. */
    EventPacket frozen(EventPacket packet) {
        List<@Nullable Object> data = new ArrayList<>(packet.data().size());
        data.add(packet.event());
        packet.data().stream().skip(1).forEach(value -> data.add(mapper.valueToTree(value)));
        return new EventPacket(packet.namespace(), data, packet.offset());
    }

    /** Adds a packet, which has an offset, at the end. */
    void add(List<String> rooms, EventPacket packet, BroadcastOptions target) {
        long now = nanoClock.getAsLong();
        KeptPacket kept = new KeptPacket(packet, target.except());
        for (String room : rooms) {
            options.ruleOf(room).ifPresent(rule -> histories
                    .computeIfAbsent(room, name -> new History(rule))
                    .add(new Aged(now, kept)));
        }
        if (now - sweptAtNanos > SWEEP_NANOS) {
            sweptAtNanos = now;
            histories.values().removeIf(history -> history.isEmptyAt(now));
        }
    }

    /** Forgets a packet that was added last. */
    void drop(EventPacket packet) {
        histories.values().forEach(history -> history.dropLast(packet.offset()));
    }

    /** @param order of offsets */
    List<KeptPacket> read(String room, HistoryRange range, ToLongFunction<String> order) {
        if (options.ruleOf(room).isEmpty()) {
            throw HistoryOptions.notKept(room);
        }
        long after = range.after().map(order::applyAsLong).orElse(Long.MIN_VALUE);
        long before = range.before().map(order::applyAsLong).orElse(Long.MAX_VALUE);
        History history = histories.get(room);
        if (history == null || history.isEmptyAt(nanoClock.getAsLong())) {
            return List.of();
        }
        List<KeptPacket> found = new ArrayList<>();
        for (Aged aged : history.packets) {
            long place = order.applyAsLong(aged.packet.packet().offset());
            if (place > after && place < before) {
                found.add(aged.packet);
            }
        }
        int size = found.size();
        int limit = Math.min(range.limit(), size);
        return List.copyOf(range.after().isPresent() ? found.subList(0, limit) : found.subList(size - limit, size));
    }

    private record Aged(long nanos, KeptPacket packet) {}

    /** Of one room, the oldest first. */
    private static final class History {
        private final HistoryOptions.Rule rule;
        private final Deque<Aged> packets = new ArrayDeque<>();

        History(HistoryOptions.Rule rule) {
            this.rule = rule;
        }

        void add(Aged aged) {
            packets.add(aged);
            if (packets.size() > rule.packets()) {
                packets.remove();
            }
        }

        /** Whether nothing is left; forgets what is too old. */
        boolean isEmptyAt(long now) {
            while (!packets.isEmpty()
                    && now - packets.element().nanos > rule.age().toNanos()) {
                packets.remove();
            }
            return packets.isEmpty();
        }

        void dropLast(String offset) {
            Aged last = packets.peekLast();
            if (last != null && last.packet.packet().offset().equals(offset)) {
                packets.removeLast();
            }
        }
    }
}
