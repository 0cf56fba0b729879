package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.msgpack.MessagePack;
import io.duet.adapter.msgpack.MessagePackException;
import io.duet.adapter.msgpack.WireValues;

/**
 * The payloads of {@code @socket.io/redis-adapter} 8.3.0 and {@code @socket.io/redis-emitter} 5.1.0, byte for byte. Any thread may call.
 *
 * <p>What is encoded here cannot hurt a Node server; what is decoded may be anything: it gives a message or the one exception. Values of
 * decoded messages are Jackson trees, with null nodes for null; binary keeps its bytes and a date its instant in MessagePack, in JSON they
 * are {@code {"type":"Buffer","data":[]}} and text.
 */
final class ClassicCodec {
    private final MessageWriter writer;

    /**
     * @param mapper how the application's values are written; copied
     */
    ClassicCodec(ObjectMapper mapper) {
        writer = new MessageWriter(new WireValues(mapper));
    }

    /**
     * MessagePack, for {@link Channels#broadcastTo}.
     *
     * @throws ClusterMessageException if it must not be published: a value that cannot be written, no uid, the flag {@code local}
     */
    byte[] encode(Broadcast broadcast) {
        return toMessagePack(writer.broadcast(broadcast));
    }

    /**
     * JSON, or MessagePack for {@link Request.BroadcastWithAck}; for {@link Channels#request}.
     *
     * @throws ClusterMessageException as for broadcasts; join, leave and disconnect may be without a uid
     */
    byte[] encode(Request request) {
        JsonNode tree = writer.request(request);
        return request instanceof Request.BroadcastWithAck ? toMessagePack(tree) : JsonText.encode(tree);
    }

    /**
     * JSON, or MessagePack for {@link Response.Acknowledgement}; for {@link Channels#response}.
     *
     * @throws ClusterMessageException as for broadcasts
     */
    byte[] encode(Response response) {
        JsonNode tree = writer.response(response);
        return response instanceof Response.Acknowledgement ? toMessagePack(tree) : JsonText.encode(tree);
    }

    /**
     * Always MessagePack. Whose it is and for which namespace is left to the caller.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Broadcast decodeBroadcast(byte[] payload) {
        return MessageReader.broadcast(fromMessagePack(payload));
    }

    /**
     * JSON or MessagePack, by the first byte.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Request decodeRequest(byte[] payload) {
        return MessageReader.request(decode(payload));
    }

    /**
     * JSON or MessagePack, by the first byte.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Response decodeResponse(byte[] payload) {
        return MessageReader.response(decode(payload));
    }

    private static byte[] toMessagePack(JsonNode tree) {
        try {
            return MessagePack.encode(tree);
        } catch (MessagePackException e) {
            throw new ClusterMessageException("values: not encoded (expected: what MessagePack can hold)", e);
        }
    }

    private static JsonNode decode(byte[] payload) {
        return payload.length > 0 && payload[0] == '{' ? JsonText.decode(payload) : fromMessagePack(payload);
    }

    private static JsonNode fromMessagePack(byte[] payload) {
        try {
            return MessagePack.decode(payload);
        } catch (MessagePackException e) {
            throw new ClusterMessageException("payload: " + payload.length + " bytes (expected: MessagePack)", e);
        }
    }
}
