package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.BusStatistics.Discard;

/**
 * The payloads of {@code createShardedAdapter} of {@code @socket.io/redis-adapter} 8.3, byte for byte: {@code {type, data, uid, nsp}}. Any
 * thread may call.
 *
 * <p>They are JSON, or MessagePack if there is binary in a message that may have it. Otherwise as {@link ClassicCodec}.
 */
final class ClusterCodec {
    private final String namespace;
    private final String uid;
    private final ClusterWriter writer;
    private final ClusterReader reader;

    /**
     * @param uid of this node's adapter, which sends all that is encoded here
     * @param mapper how the application's values are written; copied
     */
    ClusterCodec(String namespace, String uid, ObjectMapper mapper) {
        this.namespace = namespace;
        this.uid = uid;
        this.writer = new ClusterWriter(mapper, ClusterWriter.Nothing.ABSENT);
        this.reader = new ClusterReader(namespace);
    }

    /** @throws ClusterMessageException if it must not be published */
    byte[] encode(ClusterMessage message) {
        ClusterWriter.Content content = writer.write(message);
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("type", content.type());
        tree.set("data", content.data());
        tree.put("uid", uid).put("nsp", namespace);
        return content.isBinary() ? Payloads.toMessagePack(tree) : JsonText.encode(tree);
    }

    /**
     * Hands the message on.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    void decode(byte[] payload, Wire.Receiver receiver) {
        JsonNode tree = MessageReader.object("message", Payloads.decode(payload));
        String sender = MessageReader.uid(tree.path("uid"));
        if (sender.equals(uid)) {
            receiver.onUseless(Discard.OWN);
            return;
        }
        if (!namespace.equals(tree.path("nsp").textValue())) {
            throw new ClusterMessageException("nsp: " + tree.path("nsp").getNodeType() + " (expected: this namespace)");
        }
        JsonNode type = tree.path("type");
        if (!type.isInt()) {
            throw new ClusterMessageException("type: " + MessageReader.scalar(type) + " (expected: 3 to 12)");
        }
        ClusterMessage message = reader.read(type.intValue(), tree.path("data"), sender);
        if (message instanceof Broadcast broadcast) {
            receiver.onBroadcast(broadcast);
        } else if (message instanceof Request request) {
            receiver.onRequest(request);
        } else {
            receiver.onResponse((Response) message);
        }
    }
}
