package io.duet.socketio.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a packet of a client must be like, in whatever form it came. */
final class PacketRules {
    private PacketRules() {}

    /**
     * @param type not that of a packet with attachments, but of the same packet without
     * @param data {@code null} if the packet has none
     */
    static SocketPacket packet(int type, String namespace, long id, @Nullable JsonNode data) {
        switch (type) {
            case 0 -> {
                require(data == null || data.isObject(), "payload of CONNECT (expected: an object or none)");
                return new SocketPacket.Connect(namespace, data);
            }
            case 1 -> {
                require(data == null, "payload of DISCONNECT (expected: none)");
                return new SocketPacket.Disconnect(namespace);
            }
            case 2 -> {
                require(isEvent(data), "payload of EVENT (expected: an array that starts with an event name)");
                return new SocketPacket.Event(namespace, id, elements(data));
            }
            case 3 -> {
                require(data instanceof ArrayNode, "payload of ACK (expected: an array)");
                return new SocketPacket.Ack(namespace, id, elements(data));
            }
            default -> throw new SocketProtocolException("packet type: " + type + " (expected: one of a client)");
        }
    }

    static void require(boolean condition, String fault) {
        if (!condition) {
            throw new SocketProtocolException(fault);
        }
    }

    private static boolean isEvent(@Nullable JsonNode data) {
        if (!(data instanceof ArrayNode) || data.isEmpty()) {
            return false;
        }
        JsonNode name = data.get(0);
        return name.isNumber() || (name.isTextual() && !ReservedEvents.contains(name.textValue()));
    }

    private static List<@Nullable Object> elements(@Nullable JsonNode array) {
        List<@Nullable Object> elements = new ArrayList<>();
        if (array != null) {
            array.forEach(elements::add);
        }
        return elements;
    }
}
