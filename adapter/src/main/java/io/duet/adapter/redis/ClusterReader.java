package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.TraceContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The messages of the sharded and streams wires, from their type and data. As tolerant as {@link MessageReader}. */
final class ClusterReader {
    private final String namespace;

    /** @param namespace of all messages: a packet need not say it */
    ClusterReader(String namespace) {
        this.namespace = namespace;
    }

    /**
     * @param uid of the sender, empty if it did not say
     * @throws ClusterMessageException if it is to be dropped: types 1, 2 and 13 are said by no version that speaks these wires
     */
    ClusterMessage read(int type, JsonNode data, String uid) {
        MessageReader.object("data", data);
        return switch (type) {
            case 3 -> broadcast(data, uid);
            case 4 -> new Request.Join(uid, options(data), MessageReader.rooms(data));
            case 5 -> new Request.Leave(uid, options(data), MessageReader.rooms(data));
            case 6 ->
                new Request.Disconnect(uid, options(data), data.path("close").asBoolean());
            case 7 -> new Request.FetchSockets(uid, MessageReader.requestId(data), options(data));
            case 8 -> new Response.Sockets(MessageReader.requestId(data), MessageReader.details(data.path("sockets")));
            case 9 ->
                new Request.ServerSideEmit(
                        uid, requestId(data), MessageReader.data(data.path("packet")), WireOptions.readTrace(data));
            case 10 ->
                new Response.ServerSideAnswer(MessageReader.requestId(data), Optional.ofNullable(data.get("packet")));
            case 11 -> MessageReader.clientCount(MessageReader.requestId(data), data.path("clientCount"));
            case 12 ->
                new Response.Acknowledgement(MessageReader.requestId(data), Optional.ofNullable(data.get("packet")));
            default -> throw new ClusterMessageException("type: " + type + " (expected: 3 to 12)");
        };
    }

    private ClusterMessage broadcast(JsonNode data, String uid) {
        JsonNode tree = data.path("packet");
        List<@Nullable Object> event = MessageReader.event(tree);
        EventPacket packet = new EventPacket(namespace, event);
        Optional<String> requestId = requestId(data);
        TraceContext trace = WireOptions.readTrace(data.path("opts"));
        return requestId.isPresent()
                ? new Request.BroadcastWithAck(uid, requestId.get(), packet, options(data), trace)
                : new Broadcast(uid, packet, MessageReader.packetId(tree), options(data), trace);
    }

    private static BroadcastOptions options(JsonNode data) {
        return WireOptions.read(data.get("opts"));
    }

    private static Optional<String> requestId(JsonNode data) {
        return data.hasNonNull("requestId") ? Optional.of(MessageReader.requestId(data)) : Optional.empty();
    }
}
