package io.duet.adapter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The packets and lost sessions of one namespace, for connection state recovery within one node, and the histories of its rooms.
 *
 * <p>Offsets are the log's own prefix and a number without gaps, so that a position can be told from one of an earlier process and it is known
 * whether everything behind it is still here. Guarded by itself: whoever stamps a packet must deliver it before another one is stamped
 * ({@link #inOrder}), or a client could see a later offset first and lose what comes behind it.
 */
final class PacketLog {
    private final @Nullable RecoveryOptions options;
    private final RoomHistories histories;
    private final LongSupplier nanoClock;
    private final String prefix = UUID.randomUUID().toString().substring(0, 8) + "-";
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<String, KeptSession> sessions = new LinkedHashMap<>();
    private long lastNumber;

    /** @param options {@code null} if nothing but histories is kept */
    PacketLog(@Nullable RecoveryOptions options, RoomHistories histories, LongSupplier nanoClock) {
        this.options = options;
        this.histories = histories;
        this.nanoClock = nanoClock;
    }

    /** Runs a delivery in the order of the offsets. */
    synchronized void inOrder(Runnable delivery) {
        delivery.run();
    }

    /**
     * Gives the packet its offset, as last argument too if there is recovery, and keeps it; a volatile one is not kept and is told the newest
     * offset instead.
     */
    synchronized EventPacket stamp(EventPacket packet, BroadcastOptions target) {
        RecoveryOptions recovery = options;
        if (target.flags().isVolatile()) {
            return recovery == null ? packet : packet.behind(position());
        }
        List<String> rooms = histories.roomsOf(target);
        EventPacket kept = rooms.isEmpty() ? packet : histories.frozen(packet);
        if (recovery == null && rooms.isEmpty()) {
            return packet;
        }
        lastNumber++;
        histories.add(rooms, kept.at(position()), target);
        return recovery == null ? kept.at(position()) : keep(kept.keptAt(position()), target, recovery);
    }

    private EventPacket keep(EventPacket stamped, BroadcastOptions target, RecoveryOptions recovery) {
        prune();
        entries.add(new Entry(lastNumber, nanoClock.getAsLong(), stamped, target));
        if (entries.size() > recovery.maxPackets()) {
            entries.remove();
        }
        return stamped;
    }

    /** Forgets a packet that could not be encoded after all. */
    synchronized void drop(EventPacket stamped) {
        Entry newest = entries.peekLast();
        if (newest != null && newest.packet.equals(stamped)) {
            entries.removeLast();
        }
        histories.drop(stamped);
    }

    /** Of a room's history. */
    synchronized List<KeptPacket> history(String room, HistoryRange range) {
        return histories.read(room, range, offset -> number(offset)
                .orElseThrow(() -> new IllegalArgumentException("offset: " + offset + " (expected: of this server)")));
    }

    /** The newest offset. */
    synchronized String position() {
        return prefix + Long.toString(lastNumber, Character.MAX_RADIX);
    }

    synchronized void keep(SessionState session) {
        prune();
        sessions.put(session.privateId(), new KeptSession(nanoClock.getAsLong(), session));
    }

    /** Takes a session out, once; empty if there is none or what its client has missed is not all here. */
    synchronized Optional<SessionState> take(String privateId, Optional<String> offset) {
        prune();
        KeptSession kept = sessions.remove(privateId);
        if (kept == null) {
            return Optional.empty();
        }
        SessionState session = kept.state.resumed(
                offset, Comparator.comparingLong(position -> number(position).orElse(-1)));
        OptionalLong number = number(session.offset());
        long oldest = entries.isEmpty() ? lastNumber + 1 : entries.element().number;
        return number.isPresent() && number.getAsLong() >= oldest - 1 && number.getAsLong() <= lastNumber
                ? Optional.of(session)
                : Optional.empty();
    }

    synchronized List<EventPacket> missed(SessionState session) {
        long seen = number(session.offset()).orElse(lastNumber);
        List<EventPacket> missed = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.number > seen && concerns(entry.target, session.rooms())) {
                missed.add(entry.packet);
            }
        }
        return missed;
    }

    private void prune() {
        RecoveryOptions recovery = options;
        if (recovery == null) {
            return;
        }
        Duration kept = recovery.maxDisconnectionDuration();
        long expired = nanoClock.getAsLong() - kept.toNanos();
        while (!entries.isEmpty() && entries.element().nanos - expired < 0) {
            entries.remove();
        }
        Iterator<KeptSession> oldest = sessions.values().iterator();
        while (oldest.hasNext() && oldest.next().nanos - expired < 0) {
            oldest.remove();
        }
    }

    private OptionalLong number(String offset) {
        if (!offset.startsWith(prefix)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(offset.substring(prefix.length()), Character.MAX_RADIX));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static boolean concerns(BroadcastOptions target, Set<String> rooms) {
        return (target.rooms().isEmpty() || !Collections.disjoint(target.rooms(), rooms))
                && Collections.disjoint(target.except(), rooms);
    }

    private record Entry(long number, long nanos, EventPacket packet, BroadcastOptions target) {}

    private record KeptSession(long nanos, SessionState state) {}
}
