package io.duet.adapter.presence;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A replica of who is where, and the transitions that follow from it. Depends on nothing but the log's entries and their times, so that all
 * nodes come to the same. Not thread-safe.
 *
 * <p>A socket that is gone leaves its user, and the user's rooms, to a deadline one grace period later. A room that a socket leaves while it
 * stays connected is left at once; so is everything that a dead node held, whose clients have had its lease to come back elsewhere.
 */
final class PresenceState {
    private final long graceMillis;
    private final Consumer<PresenceEvent> events;
    private final ToLongFunction<String> lastSeen;
    private final Map<String, Map<String, PresenceEntry>> nodes = new HashMap<>();
    private final NavigableMap<String, User> users = new TreeMap<>();
    private final Map<String, Set<String>> members = new HashMap<>();
    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>();
    private int sockets;
    private long position;
    private long deadlineNumber;

    /** @param lastSeen when a node was last known to live */
    PresenceState(Duration grace, Consumer<PresenceEvent> events, ToLongFunction<String> lastSeen) {
        this.graceMillis = grace.toMillis();
        this.events = events;
        this.lastSeen = lastSeen;
    }

    // What the log says

    /**
     * Differences to what was known count as if they had been written now. A node that is missing has a grace period, too: if the log has forgotten
     * it, it is about to register anew.
     */
    void snapshot(Map<String, Map<String, PresenceEntry>> living, long now) {
        advance(now);
        // Arrivals first: whoever moved from one node to another was never away.
        living.forEach((node, entries) -> entries.forEach((socketId, entry) -> put(node, socketId, entry, now)));
        for (String node : Set.copyOf(nodes.keySet())) {
            Map<String, PresenceEntry> entries = living.getOrDefault(node, Map.of());
            Set.copyOf(nodes.getOrDefault(node, Map.of()).keySet()).stream()
                    .filter(socketId -> !entries.containsKey(socketId))
                    .forEach(socketId -> remove(node, socketId, now, true));
        }
    }

    void change(String node, PresenceLog.Change change, long at) {
        advance(at);
        change.entry()
                .ifPresentOrElse(
                        entry -> put(node, change.socketId(), entry, at),
                        () -> remove(node, change.socketId(), at, true));
    }

    void nodeGone(String node, long at) {
        advance(at);
        for (String socketId : new TreeSet<>(nodes.getOrDefault(node, Map.of()).keySet())) {
            remove(node, socketId, at, false);
        }
    }

    /** Nothing that was written before {@code now} is still to come. */
    void advance(long now) {
        for (Deadline due = deadlines.peek(); due != null && due.at <= now; due = deadlines.peek()) {
            deadlines.remove();
            User user = users.get(due.userId);
            if (user != null) {
                user.onDeadline(due);
            }
        }
    }

    OptionalLong nextDeadline() {
        Deadline next = deadlines.peek();
        return next == null ? OptionalLong.empty() : OptionalLong.of(next.at);
    }

    // Questions

    boolean isOnline(String userId) {
        return users.containsKey(userId);
    }

    List<UserSocket> socketsOf(String userId) {
        User user = users.get(userId);
        return user == null ? List.of() : user.seen();
    }

    Set<String> usersIn(String room) {
        return Set.copyOf(members.getOrDefault(room, Set.of()));
    }

    Map<String, List<JsonNode>> metadataIn(String room) {
        Map<String, List<JsonNode>> all = new TreeMap<>();
        for (String id : members.getOrDefault(room, Set.of())) {
            User user = users.get(id);
            if (user != null && user.announced != null) {
                all.put(id, user.announced);
            }
        }
        return all;
    }

    int countIn(String room) {
        return members.getOrDefault(room, Set.of()).size();
    }

    /** Ids behind {@code after}, which need not exist. */
    List<String> page(String after, int limit) {
        return users.tailMap(after, false).keySet().stream().limit(limit).toList();
    }

    PresenceSnapshot snapshot() {
        Map<String, List<UserSocket>> all = new LinkedHashMap<>();
        users.forEach((id, user) -> all.put(id, user.seen()));
        return new PresenceSnapshot(position, all);
    }

    int userCount() {
        return users.size();
    }

    int socketCount() {
        return sockets;
    }

    long position() {
        return position;
    }

    // Sockets

    private void put(String node, String socketId, PresenceEntry entry, long at) {
        PresenceEntry before =
                nodes.computeIfAbsent(node, any -> new HashMap<>()).put(socketId, entry);
        if (entry.equals(before)) {
            return;
        }
        Set<String> left = Set.of();
        if (before == null) {
            sockets++;
        } else if (before.userId().equals(entry.userId())) {
            left = new HashSet<>(before.rooms());
            left.removeAll(entry.rooms());
        } else {
            // Nobody waits for the former user.
            detach(before.userId(), socketId, at, before.rooms(), false);
        }
        User user = users.computeIfAbsent(entry.userId(), User::new);
        user.sockets.put(socketId, new Held(node, entry));
        if (before == null
                || !before.metadata().equals(entry.metadata())
                || !before.userId().equals(entry.userId())) {
            user.announce(at);
        }
        user.settle(at, left, true);
    }

    private void remove(String node, String socketId, long at, boolean graceful) {
        Map<String, PresenceEntry> ofNode = nodes.get(node);
        PresenceEntry entry = ofNode == null ? null : ofNode.remove(socketId);
        if (ofNode == null || entry == null) {
            return;
        }
        if (ofNode.isEmpty()) {
            nodes.remove(node);
        }
        sockets--;
        detach(entry.userId(), socketId, at, graceful ? Set.of() : entry.rooms(), graceful);
    }

    /** @param left rooms that the socket leaves for good */
    private void detach(String userId, String socketId, long at, Set<String> left, boolean graceful) {
        User user = users.get(userId);
        if (user != null) {
            user.sockets.remove(socketId);
            user.announce(at);
            user.settle(at, left, graceful);
        }
    }

    private void emit(PresenceEvent.Type type, String userId, @Nullable String room, long at) {
        position++;
        events.accept(new PresenceEvent(position, type, userId, Optional.ofNullable(room), Instant.ofEpochMilli(at)));
    }

    /** A user who is online, or absent for less than the grace period. */
    private final class User {
        private static final long NONE = Long.MAX_VALUE;

        private final String id;
        private final NavigableMap<String, Held> sockets = new TreeMap<>();

        /** The rooms the user is seen in, with the time at which that ends. */
        private final NavigableMap<String, Long> rooms = new TreeMap<>();

        /** What the devices were when they were last announced; {@code null}: the user is not announced yet. */
        private @Nullable List<JsonNode> announced;

        private long offlineAt = NONE;

        User(String id) {
            this.id = id;
        }

        List<UserSocket> seen() {
            return sockets.entrySet().stream()
                    .map(socket -> socket.getValue().seen(socket.getKey(), lastSeen))
                    .toList();
        }

        /**
         * Announces what has changed but for the devices.
         *
         * @param left rooms that were left on purpose
         * @param graceful whether a user without sockets is waited for
         */
        void settle(long at, Set<String> left, boolean graceful) {
            Set<String> present = new TreeSet<>();
            sockets.values().forEach(socket -> present.addAll(socket.entry().rooms()));
            present.forEach(room -> enter(room, at));
            for (String room : List.copyOf(rooms.keySet())) {
                if (!present.contains(room)) {
                    leave(room, at, left.contains(room));
                }
            }
            if (!sockets.isEmpty()) {
                offlineAt = NONE;
            } else if (!graceful || graceMillis == 0) {
                depart(at);
            } else if (offlineAt == NONE) {
                offlineAt = deadline(null, at);
            }
        }

        void onDeadline(Deadline due) {
            String room = due.room;
            if (room == null) {
                if (offlineAt == due.at) {
                    depart(due.at);
                }
            } else if (rooms.getOrDefault(room, NONE) == due.at) {
                exit(room, due.at);
            }
        }

        /** Announces that the devices have changed; of a user without any, nothing. */
        void announce(long at) {
            if (sockets.isEmpty()) {
                return;
            }
            List<JsonNode> devices = new ArrayList<>();
            sockets.values().forEach(socket -> devices.add(socket.entry().metadata()));
            devices.sort(Comparator.comparing(JsonNode::toString));
            if (announced == null) {
                emit(PresenceEvent.Type.ONLINE, id, null, at);
            } else if (!announced.equals(devices)) {
                emit(PresenceEvent.Type.UPDATED, id, null, at);
            }
            announced = List.copyOf(devices);
        }

        private void enter(String room, long at) {
            if (rooms.put(room, NONE) == null) {
                members.computeIfAbsent(room, any -> new HashSet<>()).add(id);
                emit(PresenceEvent.Type.JOINED, id, room, at);
            }
        }

        private void leave(String room, long at, boolean onPurpose) {
            if (onPurpose || graceMillis == 0) {
                exit(room, at);
            } else if (rooms.getOrDefault(room, NONE) == NONE) {
                rooms.put(room, deadline(room, at));
            }
        }

        private void exit(String room, long at) {
            rooms.remove(room);
            Set<String> others = members.get(room);
            if (others != null) {
                others.remove(id);
                if (others.isEmpty()) {
                    members.remove(room);
                }
            }
            emit(PresenceEvent.Type.LEFT, id, room, at);
        }

        private void depart(long at) {
            List.copyOf(rooms.keySet()).forEach(room -> exit(room, at));
            users.remove(id);
            emit(PresenceEvent.Type.OFFLINE, id, null, at);
        }

        private long deadline(@Nullable String room, long at) {
            deadlineNumber++;
            Deadline deadline = new Deadline(at + graceMillis, deadlineNumber, id, room);
            deadlines.add(deadline);
            return deadline.at;
        }
    }

    private record Held(String node, PresenceEntry entry) {
        UserSocket seen(String socketId, ToLongFunction<String> lastSeen) {
            Instant renewed = Instant.ofEpochMilli(lastSeen.applyAsLong(node));
            Instant connected = entry.connectedAt();
            return new UserSocket(socketId, node, renewed.isAfter(connected) ? renewed : connected, entry);
        }
    }

    /** The end of a grace period, unless the user has come back since. {@code room} {@code null}: of all. */
    private record Deadline(long at, long number, String userId, @Nullable String room)
            implements Comparable<Deadline> {
        private static final Comparator<Deadline> ORDER =
                Comparator.comparingLong(Deadline::at).thenComparingLong(Deadline::number);

        @Override
        public int compareTo(Deadline other) {
            return ORDER.compare(this, other);
        }
    }
}
