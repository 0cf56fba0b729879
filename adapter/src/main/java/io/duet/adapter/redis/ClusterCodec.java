package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.BusStatistics.Discard;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The payloads of {@code createShardedAdapter} of {@code @socket.io/redis-adapter} 8.3, byte for byte: {@code {type, data, uid, nsp}}; and those
 * of {@code @socket.io/redis-streams-adapter} 0.3, which has the same. Any thread may call.
 *
 * <p>They are JSON, or MessagePack if there is binary in a message that may have it. Otherwise as {@link ClassicCodec}.
 */
final class ClusterCodec {
    private static final int BROADCAST = 3;

    private final String namespace;
    private final String uid;
    private final ClusterWriter writer;
    private final ClusterReader reader;

    /**
     * @param uid of this node's adapter, which sends all that is encoded here
     * @param mapper how the application's values are written; copied
     * @param nothing how an answer of nothing is said: absent on the sharded wire, null on the streams wire
     */
    ClusterCodec(String namespace, String uid, ObjectMapper mapper, ClusterWriter.Nothing nothing) {
        this(namespace, uid, new ClusterWriter(mapper, nothing));
    }

    /** The same, by a writer that others may use too. */
    ClusterCodec(String namespace, String uid, ClusterWriter writer) {
        this.namespace = namespace;
        this.uid = uid;
        this.writer = writer;
        this.reader = new ClusterReader(namespace);
    }

    /** @throws ClusterMessageException if it must not be published */
    byte[] encode(ClusterMessage message) {
        ClusterWriter.Content content = writer.write(message);
        return content.isBinary() ? Payloads.toMessagePack(envelope(content)) : JsonText.encode(envelope(content));
    }

    /** The same, always MessagePack, as the streams wire has what it publishes. */
    byte[] encodeMessagePack(ClusterMessage message) {
        return Payloads.toMessagePack(envelope(writer.write(message)));
    }

    private ObjectNode envelope(ClusterWriter.Content content) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("type", content.type());
        tree.set("data", content.data());
        return tree.put("uid", uid).put("nsp", namespace);
    }

    /**
     * As an entry of a stream.
     *
     * @param onlyPlaintext binary as JSON, as Node's option of that name has it
     * @throws ClusterMessageException if it must not be published
     */
    StreamEntry entry(ClusterMessage message, boolean onlyPlaintext) {
        ClusterWriter.Content content = writer.write(message);
        String data = content.isBinary() && !onlyPlaintext
                ? Base64.getEncoder().encodeToString(Payloads.toMessagePack(content.data()))
                : new String(JsonText.encode(content.data()), StandardCharsets.UTF_8);
        return new StreamEntry(uid, namespace, Integer.toString(content.type()), data);
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
        hand(reader.read(type.intValue(), tree.path("data"), sender), "", receiver);
    }

    /**
     * The same for an entry of this namespace.
     *
     * @param id of the entry
     * @throws ClusterMessageException if it is to be dropped
     */
    void decode(String id, StreamEntry entry, Wire.Receiver receiver) {
        if (entry.uid().equals(uid)) {
            receiver.onUseless(Discard.OWN);
        } else {
            hand(reader.read(type(entry.type()), data(entry.data()), entry.uid()), id, receiver);
        }
    }

    /** What was broadcast to this namespace, from an entry's data; empty if it cannot be understood. */
    Optional<Broadcast> broadcast(String data) {
        try {
            return reader.read(BROADCAST, data(data), "") instanceof Broadcast broadcast
                    ? Optional.of(broadcast)
                    : Optional.empty();
        } catch (ClusterMessageException e) {
            return Optional.empty();
        }
    }

    private static int type(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new ClusterMessageException("type: " + text.length() + " characters (expected: 3 to 12)", e);
        }
    }

    private static JsonNode data(String text) {
        if (text.startsWith("{")) {
            return JsonText.decode(text.getBytes(StandardCharsets.UTF_8));
        }
        try {
            return Payloads.fromMessagePack(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new ClusterMessageException("data: " + text.length() + " characters (expected: JSON or base64)", e);
        }
    }

    private static void hand(ClusterMessage message, String id, Wire.Receiver receiver) {
        if (message instanceof Broadcast broadcast) {
            receiver.onBroadcast(broadcast, id);
        } else if (message instanceof Request request) {
            receiver.onRequest(request);
        } else {
            receiver.onResponse((Response) message);
        }
    }
}
