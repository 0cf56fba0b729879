package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.duet.adapter.EventPacket;
import io.duet.adapter.SocketDetails;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Trees to messages of the classic wire, and what other wires have in common with it. Tolerant of order, of members that are missing or more, of numbers for text; refuses what has no meaning. */
final class MessageReader {
    private static final int EVENT = 2;
    /** Sent by nobody; Node would pass it on broken. The data decides whether there is binary. */
    private static final int BINARY_EVENT = 5;

    private MessageReader() {}

    static Broadcast broadcast(JsonNode tree) {
        if (!tree.isArray() || tree.size() < 3) {
            throw new ClusterMessageException("broadcast: " + tree.getNodeType() + " of " + tree.size()
                    + " elements (expected: an array of uid, packet, opts)");
        }
        JsonNode packet = tree.get(1);
        JsonNode options = tree.get(2);
        return new Broadcast(
                uid(tree.get(0)),
                packet(packet),
                packetId(packet),
                WireOptions.read(options),
                WireOptions.readTrace(options));
    }

    static Request request(JsonNode tree) {
        String uid = uid(object("request", tree).path("uid"));
        JsonNode type = tree.path("type");
        return switch (type.isInt() ? type.intValue() : -1) {
            case 0 -> new Request.SocketIds(uid, requestId(tree), WireOptions.readNames("rooms", tree.get("rooms")));
            case 1 -> new Request.AllRooms(uid, requestId(tree));
            case 2 ->
                tree.hasNonNull("opts")
                        ? new Request.Join(uid, WireOptions.read(tree.get("opts")), rooms(tree))
                        : new Request.LegacyJoin(uid, requestId(tree), text(tree, "sid"), room(tree));
            case 3 ->
                tree.hasNonNull("opts")
                        ? new Request.Leave(uid, WireOptions.read(tree.get("opts")), rooms(tree))
                        : new Request.LegacyLeave(uid, requestId(tree), text(tree, "sid"), room(tree));
            case 4 -> disconnect(uid, tree);
            case 5 -> new Request.FetchSockets(uid, requestId(tree), WireOptions.read(tree.get("opts")));
            case 6 -> serverSideEmit(uid, tree);
            case 7 ->
                new Request.BroadcastWithAck(
                        uid,
                        requestId(tree),
                        packet(tree.path("packet")),
                        WireOptions.read(tree.get("opts")),
                        WireOptions.readTrace(tree.path("opts")));
            default -> throw new ClusterMessageException("type: " + scalar(type) + " (expected: 0 to 7)");
        };
    }

    static Response response(JsonNode tree) {
        String requestId = requestId(object("response", tree));
        JsonNode type = tree.path("type");
        if (type.isMissingNode() || type.isNull()) {
            return untyped(requestId, tree);
        }
        return switch (type.isInt() ? type.intValue() : -1) {
            case 6 -> new Response.ServerSideAnswer(requestId, Optional.ofNullable(tree.get("data")));
            case 8 -> clientCount(requestId, tree.path("clientCount"));
            case 9 -> new Response.Acknowledgement(requestId, Optional.ofNullable(tree.get("packet")));
            case 0, 1, 2, 3, 4, 5 -> untyped(requestId, tree);
            default -> throw new ClusterMessageException("type: " + scalar(type) + " (expected: none, 6, 8 or 9)");
        };
    }

    private static EventPacket packet(JsonNode tree) {
        List<@Nullable Object> data = event(tree);
        JsonNode namespace = tree.path("nsp");
        if (!namespace.isTextual() && !namespace.isNull() && !namespace.isMissingNode()) {
            throw new ClusterMessageException("packet.nsp: " + namespace.getNodeType() + " (expected: text)");
        }
        return new EventPacket(namespace.isTextual() ? namespace.textValue() : "/", data);
    }

    /** The name and arguments of a packet's event. */
    static List<@Nullable Object> event(JsonNode packet) {
        JsonNode type = object("packet", packet).path("type");
        if (!type.isInt() || (type.intValue() != EVENT && type.intValue() != BINARY_EVENT)) {
            throw new ClusterMessageException("packet.type: " + scalar(type) + " (expected: 2)");
        }
        return data(packet.path("data"));
    }

    static OptionalLong packetId(JsonNode packet) {
        JsonNode id = packet.path("id");
        return id.isIntegralNumber() && id.canConvertToLong() && id.longValue() >= 0
                ? OptionalLong.of(id.longValue())
                : OptionalLong.empty();
    }

    /** The name of an event may be a number in JavaScript; clients compare the text. */
    static List<@Nullable Object> data(JsonNode tree) {
        JsonNode event = tree.path(0);
        if (!event.isTextual() && !event.isNumber()) {
            throw new ClusterMessageException("data: " + tree.getNodeType() + " of " + tree.size()
                    + " elements (expected: an array that begins with the name of an event)");
        }
        List<@Nullable Object> data = new ArrayList<>(tree.size());
        data.add(event.isTextual() ? event.textValue() : JsonText.number(event));
        for (int i = 1; i < tree.size(); i++) {
            data.add(tree.get(i));
        }
        return data;
    }

    private static Request disconnect(String uid, JsonNode tree) {
        boolean close = tree.path("close").asBoolean();
        return tree.hasNonNull("opts")
                ? new Request.Disconnect(uid, WireOptions.read(tree.get("opts")), close)
                : new Request.LegacyDisconnect(uid, requestId(tree), text(tree, "sid"), close);
    }

    private static Request serverSideEmit(String uid, JsonNode tree) {
        Optional<String> requestId = tree.hasNonNull("requestId") ? Optional.of(requestId(tree)) : Optional.empty();
        return new Request.ServerSideEmit(uid, requestId, data(tree.path("data")), WireOptions.readTrace(tree));
    }

    private static Response untyped(String requestId, JsonNode tree) {
        JsonNode sockets = tree.path("sockets");
        if (sockets.isArray()) {
            return sockets.path(0).isValueNode()
                    ? new Response.SocketIds(requestId, WireOptions.readNames("sockets", sockets))
                    : new Response.Sockets(requestId, details(sockets));
        }
        return tree.path("rooms").isArray()
                ? new Response.Rooms(requestId, WireOptions.readNames("rooms", tree.get("rooms")))
                : new Response.Done(requestId);
    }

    static Response clientCount(String requestId, JsonNode count) {
        if (!count.isInt() || count.intValue() < 0) {
            throw new ClusterMessageException("clientCount: " + scalar(count) + " (expected: 0 or more)");
        }
        return new Response.ClientCount(requestId, count.intValue());
    }

    /** A socket without an id is left out; the others count. */
    static List<SocketDetails> details(JsonNode sockets) {
        List<SocketDetails> details = new ArrayList<>(sockets.size());
        for (JsonNode socket : sockets) {
            if (socket.path("id").isTextual()) {
                Set<String> rooms =
                        socket.path("rooms").isArray() ? WireOptions.readNames("rooms", socket.get("rooms")) : Set.of();
                details.add(new SocketDetails(
                        socket.get("id").textValue(), value(socket, "handshake"), rooms, value(socket, "data")));
            }
        }
        return details;
    }

    private static JsonNode value(JsonNode tree, String name) {
        return tree.hasNonNull(name) ? tree.get(name) : JsonNodeFactory.instance.objectNode();
    }

    static Set<String> rooms(JsonNode tree) {
        if (!tree.hasNonNull("rooms")) {
            throw new ClusterMessageException("rooms: none (expected: an array)");
        }
        return WireOptions.readNames("rooms", tree.get("rooms"));
    }

    private static String room(JsonNode tree) {
        JsonNode room = tree.path("room");
        return room.isNumber() ? JsonText.number(room) : text(tree, "room");
    }

    static String requestId(JsonNode tree) {
        String requestId = text(tree, "requestId");
        if (requestId.isEmpty()) {
            throw new ClusterMessageException("requestId: empty (expected: text)");
        }
        return requestId;
    }

    /** Only ever compared; emitters leave it out. */
    static String uid(JsonNode uid) {
        return uid.isTextual() || uid.isNumber() ? uid.asText() : "";
    }

    static String text(JsonNode tree, String name) {
        JsonNode text = tree.path(name);
        if (!text.isTextual()) {
            throw new ClusterMessageException(name + ": " + text.getNodeType() + " (expected: text)");
        }
        return text.textValue();
    }

    static JsonNode object(String what, JsonNode tree) {
        if (!tree.isObject()) {
            throw new ClusterMessageException(what + ": " + tree.getNodeType() + " (expected: a map)");
        }
        return tree;
    }

    static String scalar(JsonNode value) {
        return value.isNumber() ? value.asText() : value.getNodeType().toString();
    }
}
