package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;

/** The channels of one namespace. Those of requests and responses are of the classic wire; the others have {@link #node}. Names are inserted as they are, whatever characters they hold. */
final class Channels {
    private final String broadcast;
    private final String request;
    private final String response;

    /**
     * @param prefix the {@code key} option of all servers, {@code socket.io} by default
     * @param namespace full name with the leading slash
     */
    Channels(String prefix, String namespace) {
        requireNonNull(prefix, "prefix");
        requireNonNull(namespace, "namespace");
        broadcast = prefix + "#" + namespace + "#";
        request = prefix + "-request#" + namespace + "#";
        response = prefix + "-response#" + namespace + "#";
    }

    /** Of broadcasts to all, and to more rooms than one. */
    String broadcast() {
        return broadcast;
    }

    /** Of broadcasts to exactly this room. */
    String room(String room) {
        return broadcast + room + "#";
    }

    /** Where a broadcast to these rooms is published. */
    String broadcastTo(Set<String> rooms) {
        return rooms.size() == 1 ? room(rooms.iterator().next()) : broadcast;
    }

    /** Matches {@link #broadcast()} and every {@link #room}; Redis' wildcards in the names are escaped (Node does not). */
    String pattern() {
        StringBuilder pattern = new StringBuilder(broadcast.length() + 1);
        for (int i = 0; i < broadcast.length(); i++) {
            char character = broadcast.charAt(i);
            if ("*?[]\\".indexOf(character) >= 0) {
                pattern.append('\\');
            }
            pattern.append(character);
        }
        return pattern.append('*').toString();
    }

    /** Of requests. How many subscribe to it by name is the number of servers. */
    String request() {
        return request;
    }

    /** Of responses to all. */
    String response() {
        return response;
    }

    /** Of responses to the adapter with this uid. */
    String response(String uid) {
        return response + uid + "#";
    }

    /** Of responses to the adapter with this uid, on the wires that are not classic. */
    String node(String uid) {
        return broadcast + uid + "#";
    }

    /** Whether this is {@link #broadcast()} or one of a room. */
    boolean isBroadcast(String channel) {
        return channel.startsWith(broadcast);
    }

    /**
     * The room whose channel it is, by Node's rule: what follows the name of the namespace, without the last character.
     *
     * @param channel for which {@link #isBroadcast} holds
     * @return empty for {@link #broadcast()}, and for the room without a name: both concern everybody
     */
    Optional<String> roomOf(String channel) {
        return channel.length() <= broadcast.length() + 1
                ? Optional.empty()
                : Optional.of(channel.substring(broadcast.length(), channel.length() - 1));
    }
}
