package io.duet.adapter;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Whom an operation concerns: the union of {@code rooms} (every socket of the namespace if empty) minus every member of {@code except}.
 *
 * <p>Immutable; both sets keep the order in which the caller named the rooms. A socket id is the name of a room too. The rule is evaluated
 * by each node with its own members, at the moment at which the operation runs there.
 *
 * @param rooms in any of which a socket must be; empty means all sockets
 * @param except in none of which it may be; wins over {@code rooms}
 * @param flags how to do it
 */
public record BroadcastOptions(Set<String> rooms, Set<String> except, BroadcastFlags flags) {
    /** Every socket of the namespace, on every node. */
    public static final BroadcastOptions ALL = new BroadcastOptions(Set.of(), Set.of(), BroadcastFlags.NONE);

    public BroadcastOptions {
        rooms = Collections.unmodifiableSet(new LinkedHashSet<>(rooms));
        except = Collections.unmodifiableSet(new LinkedHashSet<>(except));
        requireNonNull(flags, "flags");
    }

    /** Only this socket. */
    public static BroadcastOptions socket(String socketId, BroadcastFlags flags) {
        return new BroadcastOptions(Set.of(socketId), Set.of(), flags);
    }
}
