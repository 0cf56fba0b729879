package io.duet.adapter.presence;

import java.time.Instant;
import java.util.Optional;

/**
 * A transition of a user.
 *
 * @param position one more than that of the transition before; counted by each node for itself
 * @param room of {@link Type#JOINED} and {@link Type#LEFT}
 * @param at when it happened by the clock of the log, the same on every node
 */
public record PresenceEvent(long position, Type type, String userId, Optional<String> room, Instant at) {
    /** What happened. */
    public enum Type {
        /** The first socket of a user that was offline. */
        ONLINE,
        /** The last socket has gone and none has come for the grace period, or its node has died. */
        OFFLINE,
        /** Another device, one device less, or other metadata, of a user that is and stays online. */
        UPDATED,
        /** A socket of the user is in a room in which none was. */
        JOINED,
        /** No socket of the user is in the room any more. */
        LEFT
    }
}
