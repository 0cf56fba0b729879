package io.duet.socketio.codec;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO packet (socket.io-protocol v5, "Packet types"). Whether an event or an acknowledgement is a binary one is not part of it: its
 * data decides.
 */
public sealed interface SocketPacket {
    /** Stands for an event that asks for no acknowledgement, and for an acknowledgement without id. */
    long NO_ID = -1;

    /** The namespace's full name with its leading slash. */
    String namespace();

    /** Type 0; {@code payload} is the client's auth or the server's answer, {@code null} if there is none. */
    record Connect(String namespace, @Nullable JsonNode payload) implements SocketPacket {}

    /** Type 1. */
    record Disconnect(String namespace) implements SocketPacket {}

    /**
     * Types 2 and 5.
     *
     * @param id asks for an acknowledgement; {@link #NO_ID} if none is wanted
     * @param data event name, then arguments: Jackson trees when decoded (binary as binary nodes), anything Jackson can write when encoded
     */
    record Event(String namespace, long id, List<@Nullable Object> data) implements SocketPacket {
        public Event {
            data = copy(data);
        }
    }

    /** Types 3 and 6; {@code data} as that of an event, without a name. */
    record Ack(String namespace, long id, List<@Nullable Object> data) implements SocketPacket {
        public Ack {
            data = copy(data);
        }
    }

    /** Type 4, server to client only. Revision 5 of the protocol has an object with {@code message} and {@code data}, older ones any value. */
    record ConnectError(String namespace, JsonNode payload) implements SocketPacket {
        public ConnectError {
            requireNonNull(payload, "payload");
        }
    }

    private static List<@Nullable Object> copy(List<@Nullable Object> data) {
        return Collections.unmodifiableList(new ArrayList<>(data));
    }
}
