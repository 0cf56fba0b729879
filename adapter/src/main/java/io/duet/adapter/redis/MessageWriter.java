package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import java.util.OptionalLong;

/** Messages of the classic wire to trees, members in Node's order. Refuses what would make a Node server fail, or what must not be published at all. */
final class MessageWriter {
    private static final int EVENT = 2;

    private final ValueWriter values;

    MessageWriter(ValueWriter values) {
        this.values = values;
    }

    JsonNode broadcast(Broadcast broadcast) {
        ArrayNode tree = JsonNodeFactory.instance.arrayNode(3);
        tree.add(ValueWriter.filled("uid", broadcast.uid()));
        tree.add(packet(broadcast.packet(), broadcast.packetId()));
        boolean emitter = broadcast.uid().equals(Broadcast.EMITTER);
        tree.add(WireOptions.toTree(ValueWriter.remote(broadcast.options()), emitter, broadcast.trace()));
        return tree;
    }

    JsonNode request(Request request) {
        if (request instanceof Request.SocketIds sockets) {
            ObjectNode tree = asking(sockets.uid(), sockets.requestId(), 0);
            return tree.set("rooms", WireOptions.names(sockets.rooms()));
        }
        if (request instanceof Request.AllRooms rooms) {
            return asking(rooms.uid(), rooms.requestId(), 1);
        }
        if (request instanceof Request.Join join) {
            ObjectNode tree = telling(join.uid(), 2, join.options());
            return tree.set("rooms", WireOptions.names(join.rooms()));
        }
        if (request instanceof Request.Leave leave) {
            ObjectNode tree = telling(leave.uid(), 3, leave.options());
            return tree.set("rooms", WireOptions.names(leave.rooms()));
        }
        if (request instanceof Request.Disconnect disconnect) {
            return telling(disconnect.uid(), 4, disconnect.options()).put("close", disconnect.close());
        }
        if (request instanceof Request.FetchSockets fetch) {
            ObjectNode tree = asking(fetch.uid(), fetch.requestId(), 5);
            return tree.set("opts", WireOptions.targets(ValueWriter.remote(fetch.options())));
        }
        if (request instanceof Request.ServerSideEmit emit) {
            return serverSideEmit(emit);
        }
        if (request instanceof Request.BroadcastWithAck broadcast) {
            ObjectNode tree = asking(broadcast.uid(), broadcast.requestId(), 7);
            tree.set("packet", packet(broadcast.packet(), OptionalLong.empty()));
            return tree.set(
                    "opts", WireOptions.toTree(ValueWriter.remote(broadcast.options()), false, broadcast.trace()));
        }
        return legacy(request);
    }

    JsonNode response(Response response) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        String requestId = ValueWriter.filled("requestId", response.requestId());
        if (response instanceof Response.ServerSideAnswer answer) {
            tree.put("type", 6).put("requestId", requestId);
            return values.set(tree, "data", answer.value());
        }
        if (response instanceof Response.ClientCount count) {
            int clients = ValueWriter.count("clients", count.clients());
            return tree.put("type", 8).put("requestId", requestId).put("clientCount", clients);
        }
        if (response instanceof Response.Acknowledgement acknowledgement) {
            tree.put("type", 9).put("requestId", requestId);
            return values.set(tree, "packet", acknowledgement.value());
        }
        tree.put("requestId", requestId);
        if (response instanceof Response.Sockets sockets) {
            return tree.set("sockets", values.details(sockets.sockets()));
        }
        if (response instanceof Response.SocketIds sockets) {
            return tree.set("sockets", WireOptions.names(sockets.socketIds()));
        }
        return response instanceof Response.Rooms rooms ? tree.set("rooms", WireOptions.names(rooms.rooms())) : tree;
    }

    private JsonNode legacy(Request request) {
        if (request instanceof Request.LegacyJoin join) {
            return asking(join.uid(), join.requestId(), 2)
                    .put("sid", join.socketId())
                    .put("room", join.room());
        }
        if (request instanceof Request.LegacyLeave leave) {
            return asking(leave.uid(), leave.requestId(), 3)
                    .put("sid", leave.socketId())
                    .put("room", leave.room());
        }
        if (request instanceof Request.LegacyDisconnect disconnect) {
            return asking(disconnect.uid(), disconnect.requestId(), 4)
                    .put("sid", disconnect.socketId())
                    .put("close", disconnect.close());
        }
        throw new ClusterMessageException("request: " + request.getClass().getName() + " (expected: a known one)");
    }

    private JsonNode serverSideEmit(Request.ServerSideEmit emit) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("uid", ValueWriter.filled("uid", emit.uid()));
        emit.requestId().ifPresent(requestId -> tree.put("requestId", ValueWriter.filled("requestId", requestId)));
        tree.put("type", 6).set("data", values.event(emit.data()));
        return WireOptions.withTrace(tree, emit.trace());
    }

    private static ObjectNode asking(String uid, String requestId, int type) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("uid", ValueWriter.filled("uid", uid))
                .put("requestId", ValueWriter.filled("requestId", requestId))
                .put("type", type);
    }

    /** The requests of emitters have no uid. */
    private static ObjectNode telling(String uid, int type, BroadcastOptions options) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        if (!uid.isEmpty()) {
            tree.put("uid", uid);
        }
        return tree.put("type", type).set("opts", WireOptions.targets(ValueWriter.remote(options)));
    }

    private ObjectNode packet(EventPacket packet, OptionalLong id) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("type", EVENT);
        tree.set("data", values.list(packet.data()));
        id.ifPresent(value -> tree.put("id", value));
        return tree.put("nsp", packet.namespace());
    }
}
