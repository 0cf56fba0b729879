package io.duet.adapter;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The description of a socket that travels between nodes: what {@code fetchSockets} returns.
 *
 * @param id the public socket id
 * @param handshake {@code headers, time, address, xdomain, secure, issued, url, query, auth} as a JSON object
 * @param rooms the rooms the socket is in, its own id among them
 * @param data a snapshot of the application's data of the socket, a JSON object
 */
public record SocketDetails(String id, JsonNode handshake, Set<String> rooms, JsonNode data) {
    public SocketDetails {
        requireNonNull(id, "id");
        requireNonNull(handshake, "handshake");
        rooms = Collections.unmodifiableSet(new LinkedHashSet<>(rooms));
        requireNonNull(data, "data");
    }

    /** Without handshake and data: there are cookies and tokens in them. */
    @Override
    public String toString() {
        return "socket=" + id + " rooms=" + rooms.size();
    }
}
