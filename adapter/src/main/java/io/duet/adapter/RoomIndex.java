package io.duet.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which room on this node. Safe for any thread.
 *
 * <p>Two maps, each changed by one atomic call per key: rooms by name, and the rooms of each socket. The entry of the <i>socket</i> is the
 * outer one: all changes of one socket happen inside its {@code compute}, those of a room inside the room's {@code compute} nested in it, so a
 * socket's view and the rooms' views cannot drift apart, and an empty room vanishes in the same step as its last member.
 *
 * <p>A broadcast reads a room through an array that is rebuilt only after the room has changed: reading takes no lock and costs nothing per
 * member but the visit.
 */
public final class RoomIndex {
    private final ConcurrentHashMap<String, Room> rooms = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Set<String>> roomsBySocket = new ConcurrentHashMap<>();
    private final List<RoomListener> listeners = new CopyOnWriteArrayList<>();

    public void addListener(RoomListener listener) {
        listeners.add(listener);
    }

    public void addAll(LocalSocket socket, Set<String> names) {
        roomsBySocket.compute(socket.id(), (id, joined) -> {
            if (joined == null && names.size() == 1) {
                // Most often the socket's own room, and it stays the only one.
                String only = names.iterator().next();
                enter(only, socket);
                return Set.of(only);
            }
            Set<String> set = joined == null ? new LinkedHashSet<>(4) : changeable(joined);
            for (String name : names) {
                if (set.add(name)) {
                    enter(name, socket);
                }
            }
            return set;
        });
    }

    public void del(LocalSocket socket, String name) {
        roomsBySocket.computeIfPresent(socket.id(), (id, joined) -> {
            if (!joined.contains(name)) {
                return joined;
            }
            Set<String> set = changeable(joined);
            set.remove(name);
            exit(name, socket);
            return set;
        });
    }

    public void delAll(LocalSocket socket) {
        roomsBySocket.computeIfPresent(socket.id(), (id, joined) -> {
            joined.forEach(name -> exit(name, socket));
            return null;
        });
    }

    public Set<String> roomsOf(String socketId) {
        Set<String> copy = new LinkedHashSet<>();
        roomsBySocket.computeIfPresent(socketId, (id, joined) -> {
            copy.addAll(joined);
            return joined;
        });
        return copy;
    }

    public Set<String> names() {
        return Set.copyOf(rooms.keySet());
    }

    /** How many rooms there are. */
    public int size() {
        return rooms.size();
    }

    public boolean contains(String name) {
        return rooms.containsKey(name);
    }

    /**
     * The members of any of {@code options.rooms()} that are in none of {@code options.except()}, each once.
     *
     * @param all what an empty {@code rooms} stands for
     */
    public Collection<? extends LocalSocket> select(BroadcastOptions options, Collection<? extends LocalSocket> all) {
        Collection<? extends LocalSocket> included = options.rooms().isEmpty() ? all : union(options.rooms());
        if (options.except().isEmpty() || included.isEmpty()) {
            return included;
        }
        Set<LocalSocket> excluded = new HashSet<>(union(options.except()));
        if (excluded.isEmpty()) {
            return included;
        }
        List<LocalSocket> selected = new ArrayList<>(included.size());
        for (LocalSocket socket : included) {
            if (!excluded.contains(socket)) {
                selected.add(socket);
            }
        }
        return selected;
    }

    private static Set<String> changeable(Set<String> joined) {
        return joined instanceof LinkedHashSet ? joined : new LinkedHashSet<>(joined);
    }

    private Collection<LocalSocket> union(Set<String> names) {
        if (names.size() == 1) {
            return members(names.iterator().next());
        }
        Set<LocalSocket> union = new LinkedHashSet<>();
        for (String name : names) {
            union.addAll(members(name));
        }
        return union;
    }

    private List<LocalSocket> members(String name) {
        Room room = rooms.get(name);
        return room == null ? List.of() : room.snapshot();
    }

    private void enter(String name, LocalSocket socket) {
        rooms.compute(name, (key, found) -> {
            Room room = found;
            if (room == null) {
                room = new Room();
                listeners.forEach(listener -> listener.created(name));
            }
            room.add(socket);
            listeners.forEach(listener -> listener.joined(name, socket.id()));
            return room;
        });
    }

    private void exit(String name, LocalSocket socket) {
        rooms.computeIfPresent(name, (key, room) -> {
            room.remove(socket);
            listeners.forEach(listener -> listener.left(name, socket.id()));
            if (!room.isEmpty()) {
                return room;
            }
            listeners.forEach(listener -> listener.deleted(name));
            return null;
        });
    }

    /**
     * The members of one room: an array, with a map of positions once a search of the array would cost more. A removed member's place is
     * taken by the last one. Guarded by itself; most rooms are the own rooms of sockets, with one member.
     */
    private static final class Room {
        private static final int SEARCHED_UP_TO = 16;

        private LocalSocket[] members = new LocalSocket[1];
        private int size;
        private @Nullable Map<LocalSocket, Integer> positions;
        private volatile @Nullable List<LocalSocket> snapshot;

        synchronized void add(LocalSocket socket) {
            if (size == members.length) {
                members = Arrays.copyOf(members, size * 2);
            }
            members[size] = socket;
            if (positions != null) {
                positions.put(socket, size);
            }
            size++;
            if (positions == null && size > SEARCHED_UP_TO) {
                positions = index();
            }
            snapshot = null;
        }

        synchronized void remove(LocalSocket socket) {
            int position = positions == null ? search(socket) : positions.remove(socket);
            int last = --size;
            LocalSocket moved = members[last];
            members[position] = moved;
            members[last] = null;
            if (positions != null && position != last) {
                positions.put(moved, position);
            }
            snapshot = null;
        }

        synchronized boolean isEmpty() {
            return size == 0;
        }

        List<LocalSocket> snapshot() {
            List<LocalSocket> current = snapshot;
            return current == null ? refresh() : current;
        }

        private synchronized List<LocalSocket> refresh() {
            List<LocalSocket> fresh = Collections.unmodifiableList(Arrays.asList(Arrays.copyOf(members, size)));
            snapshot = fresh;
            return fresh;
        }

        private int search(LocalSocket socket) {
            for (int i = 0; i < size; i++) {
                if (members[i] == socket) {
                    return i;
                }
            }
            throw new IllegalStateException("not a member: " + socket.id());
        }

        private Map<LocalSocket, Integer> index() {
            Map<LocalSocket, Integer> index = new HashMap<>();
            for (int i = 0; i < size; i++) {
                index.put(members[i], i);
            }
            return index;
        }
    }
}
