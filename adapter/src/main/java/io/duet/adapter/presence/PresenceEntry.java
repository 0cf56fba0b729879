package io.duet.adapter.presence;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a node says of one of its sockets.
 *
 * @param connectedAt in whole milliseconds
 * @param rooms those that are seen by others
 * @param metadata any small JSON
 */
public record PresenceEntry(String userId, Instant connectedAt, Set<String> rooms, JsonNode metadata) {
    public PresenceEntry {
        requireNonNull(userId, "userId");
        requireNonNull(connectedAt, "connectedAt");
        requireNonNull(metadata, "metadata");
        rooms = Set.copyOf(rooms);
    }

    PresenceEntry joined(String room) {
        Set<String> more = new TreeSet<>(rooms);
        more.add(room);
        return new PresenceEntry(userId, connectedAt, more, metadata);
    }

    PresenceEntry left(String room) {
        Set<String> fewer = new TreeSet<>(rooms);
        fewer.remove(room);
        return new PresenceEntry(userId, connectedAt, fewer, metadata);
    }
}
