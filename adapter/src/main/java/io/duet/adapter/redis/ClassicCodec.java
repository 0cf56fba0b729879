package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

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
        writer = new MessageWriter(new ValueWriter(mapper));
    }

    /**
     * MessagePack, for {@link Channels#broadcastTo}.
     *
     * @throws ClusterMessageException if it must not be published: a value that cannot be written, no uid, the flag {@code local}
     */
    byte[] encode(Broadcast broadcast) {
        return Payloads.toMessagePack(writer.broadcast(broadcast));
    }

    /**
     * JSON, or MessagePack for {@link Request.BroadcastWithAck}; for {@link Channels#request}.
     *
     * @throws ClusterMessageException as for broadcasts; join, leave and disconnect may be without a uid
     */
    byte[] encode(Request request) {
        JsonNode tree = writer.request(request);
        return request instanceof Request.BroadcastWithAck ? Payloads.toMessagePack(tree) : JsonText.encode(tree);
    }

    /**
     * JSON, or MessagePack for {@link Response.Acknowledgement}; for {@link Channels#response}.
     *
     * @throws ClusterMessageException as for broadcasts
     */
    byte[] encode(Response response) {
        JsonNode tree = writer.response(response);
        return response instanceof Response.Acknowledgement ? Payloads.toMessagePack(tree) : JsonText.encode(tree);
    }

    /**
     * Always MessagePack. Whose it is and for which namespace is left to the caller.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Broadcast decodeBroadcast(byte[] payload) {
        return MessageReader.broadcast(Payloads.fromMessagePack(payload));
    }

    /**
     * JSON or MessagePack, by the first byte.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Request decodeRequest(byte[] payload) {
        return MessageReader.request(Payloads.decode(payload));
    }

    /**
     * JSON or MessagePack, by the first byte.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Response decodeResponse(byte[] payload) {
        return MessageReader.response(Payloads.decode(payload));
    }
}
