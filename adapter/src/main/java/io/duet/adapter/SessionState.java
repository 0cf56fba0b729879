package io.duet.adapter;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What survives a lost connection.
 *
 * @param socketId the public id
 * @param privateId the secret id that the client presents; hidden by {@link #toString}
 * @param rooms the rooms the socket was in, its own id among them
 * @param data the application's data, a JSON object
 * @param offset the position behind which the client has missed packets, if it does not know better: where it was connected
 * @param sent the offset of the last packet that was sent to it; empty if there was none
 * @param upTo the position up to which all that concerned it had been sent at that time; empty if that is not known
 */
public record SessionState(
        String socketId, String privateId, Set<String> rooms, JsonNode data, String offset, String sent, String upTo) {
    public SessionState {
        requireNonNull(socketId, "socketId");
        requireNonNull(privateId, "privateId");
        rooms = Collections.unmodifiableSet(new LinkedHashSet<>(rooms));
        requireNonNull(data, "data");
        requireNonNull(offset, "offset");
        requireNonNull(sent, "sent");
        requireNonNull(upTo, "upTo");
    }

    /** One of which is not known what was sent. */
    public SessionState(String socketId, String privateId, Set<String> rooms, JsonNode data, String offset) {
        this(socketId, privateId, rooms, data, offset, "", "");
    }

    /**
     * The same for a client that has come back: {@link #offset} is the position behind which it has missed packets. One that has seen all that was
     * sent to it has missed nothing before {@link #upTo}, however long ago the last packet was.
     *
     * @param seen the offset of the last packet that it has seen; empty if none
     * @param order of positions
     */
    public SessionState resumed(Optional<String> seen, Comparator<String> order) {
        String from = seen.orElse(offset);
        boolean sawAll = !upTo.isEmpty() && seen.orElse("").equals(sent);
        String resumed = sawAll && order.compare(upTo, from) > 0 ? upTo : from;
        return new SessionState(socketId, privateId, rooms, data, resumed);
    }

    @Override
    public String toString() {
        return "session of socket=" + socketId;
    }
}
