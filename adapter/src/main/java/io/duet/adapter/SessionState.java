package io.duet.adapter;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What survives a lost connection.
 *
 * @param socketId the public id
 * @param privateId the secret id that the client presents; hidden by {@link #toString}
 * @param rooms the rooms the socket was in, its own id among them
 * @param data the application's data, a JSON object
 * @param offset the position behind which the client has missed packets: what it says itself or, if it has seen none, that at which it was
 *     connected
 */
public record SessionState(String socketId, String privateId, Set<String> rooms, JsonNode data, String offset) {
    public SessionState {
        requireNonNull(socketId, "socketId");
        requireNonNull(privateId, "privateId");
        rooms = Collections.unmodifiableSet(new LinkedHashSet<>(rooms));
        requireNonNull(data, "data");
        requireNonNull(offset, "offset");
    }

    SessionState withOffset(String other) {
        return new SessionState(socketId, privateId, rooms, data, other);
    }

    @Override
    public String toString() {
        return "session of socket=" + socketId;
    }
}
