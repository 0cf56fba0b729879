package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import java.util.Optional;
import java.util.Set;

/** The type and data of messages of the sharded and streams wires, members in Node's order. Refuses what {@link MessageWriter} refuses. */
final class ClusterWriter {
    private static final int EVENT = 2;

    /** How an answer of nothing is said. */
    enum Nothing {
        /** The member is missing. */
        ABSENT,
        NULL
    }

    /** What of a message does not depend on who sends it where. */
    record Content(int type, ObjectNode data) {
        /** The types whose data Node looks through for binary. */
        private static final Set<Integer> MAY_BE_BINARY = Set.of(3, 8, 9, 10, 12);

        /** Whether it has to be MessagePack, since JSON would lose something. */
        boolean isBinary() {
            return MAY_BE_BINARY.contains(type) && hasBinary(data);
        }

        private static boolean hasBinary(JsonNode tree) {
            if (tree.isBinary() || (tree instanceof POJONode node && node.getPojo() instanceof byte[])) {
                return true;
            }
            for (JsonNode child : tree) {
                if (hasBinary(child)) {
                    return true;
                }
            }
            return false;
        }
    }

    private final ValueWriter values;
    private final Nothing nothing;

    /** @param mapper how the application's values are written; copied */
    ClusterWriter(ObjectMapper mapper, Nothing nothing) {
        this.values = new ValueWriter(mapper);
        this.nothing = nothing;
    }

    /** @throws ClusterMessageException if it must not be published, or has no form on these wires */
    Content write(ClusterMessage message) {
        if (message instanceof Broadcast broadcast) {
            return broadcast(broadcast);
        }
        return message instanceof Request request ? request(request) : response((Response) message);
    }

    private Content broadcast(Broadcast broadcast) {
        boolean emitter = broadcast.uid().equals(Broadcast.EMITTER);
        ObjectNode packet = packet(broadcast.packet());
        broadcast.packetId().ifPresent(id -> packet.put("id", id));
        if (emitter) {
            packet.put("nsp", broadcast.packet().namespace());
        }
        ObjectNode data = object();
        data.set("packet", packet);
        data.set("opts", WireOptions.toTree(ValueWriter.remote(broadcast.options()), emitter, broadcast.trace()));
        return new Content(3, data);
    }

    private Content request(Request request) {
        if (request instanceof Request.BroadcastWithAck broadcast) {
            ObjectNode data = object();
            data.set("packet", packet(broadcast.packet()));
            data.put("requestId", ValueWriter.filled("requestId", broadcast.requestId()));
            data.set("opts", WireOptions.withTrace(options(broadcast.options()), broadcast.trace()));
            return new Content(3, data);
        }
        if (request instanceof Request.Join join) {
            ObjectNode data = about(join.options());
            data.set("rooms", WireOptions.names(join.rooms()));
            return new Content(4, data);
        }
        if (request instanceof Request.Leave leave) {
            ObjectNode data = about(leave.options());
            data.set("rooms", WireOptions.names(leave.rooms()));
            return new Content(5, data);
        }
        if (request instanceof Request.Disconnect disconnect) {
            return new Content(6, about(disconnect.options()).put("close", disconnect.close()));
        }
        if (request instanceof Request.FetchSockets fetch) {
            String requestId = ValueWriter.filled("requestId", fetch.requestId());
            return new Content(7, about(fetch.options()).put("requestId", requestId));
        }
        if (request instanceof Request.ServerSideEmit emit) {
            ObjectNode data = object();
            emit.requestId().ifPresent(id -> data.put("requestId", ValueWriter.filled("requestId", id)));
            data.set("packet", values.event(emit.data()));
            return new Content(9, WireOptions.withTrace(data, emit.trace()));
        }
        throw new ClusterMessageException("request: " + request.getClass().getName() + " (expected: one of this wire)");
    }

    private Content response(Response response) {
        ObjectNode data = object().put("requestId", ValueWriter.filled("requestId", response.requestId()));
        if (response instanceof Response.Sockets sockets) {
            data.set("sockets", values.details(sockets.sockets()));
            return new Content(8, data);
        }
        if (response instanceof Response.ServerSideAnswer answer) {
            return new Content(10, answered(data, answer.value()));
        }
        if (response instanceof Response.ClientCount count) {
            return new Content(11, data.put("clientCount", ValueWriter.count("clients", count.clients())));
        }
        if (response instanceof Response.Acknowledgement acknowledgement) {
            return new Content(12, answered(data, acknowledgement.value()));
        }
        throw new ClusterMessageException(
                "response: " + response.getClass().getName() + " (expected: one of this wire)");
    }

    private ObjectNode answered(ObjectNode data, Optional<Object> value) {
        if (value.isPresent()) {
            data.set("packet", values.value(value.get()));
        } else if (nothing == Nothing.NULL) {
            data.set("packet", NullNode.getInstance());
        }
        return data;
    }

    private ObjectNode packet(EventPacket packet) {
        ObjectNode tree = object().put("type", EVENT);
        tree.set("data", values.list(packet.data()));
        return tree;
    }

    private static ObjectNode about(BroadcastOptions options) {
        ObjectNode data = object();
        data.set("opts", options(options));
        return data;
    }

    private static ObjectNode options(BroadcastOptions options) {
        return WireOptions.toTree(ValueWriter.remote(options), false);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
