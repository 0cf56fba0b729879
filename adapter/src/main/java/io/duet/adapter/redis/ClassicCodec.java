package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.msgpack.WireValues;
import org.jspecify.annotations.Nullable;

/**
 * The payloads of {@code @socket.io/redis-adapter} 8.3.0 and {@code @socket.io/redis-emitter} 5.1.0, byte for byte. Any thread may call.
 *
 * <p>What is encoded here cannot hurt a Node server; what is decoded may be anything: it gives a message or the one exception.
 */
final class ClassicCodec {
    private final WireValues values;

    /**
     * @param mapper how the application's values are written
     */
    ClassicCodec(ObjectMapper mapper) {
        values = new WireValues(mapper);
    }

    /**
     * MessagePack, for {@link Channels#broadcastTo}.
     *
     * @throws ClusterMessageException if it must not be published: a value that cannot be written, no uid, the flag {@code local}
     */
    byte[] encode(Broadcast broadcast) {
        return unfinished(values, "broadcast");
    }

    /**
     * JSON, or MessagePack for {@link Request.BroadcastWithAck}; for {@link Channels#request}.
     *
     * @throws ClusterMessageException as for broadcasts
     */
    byte[] encode(Request request) {
        return unfinished(values, "request");
    }

    /**
     * JSON, or MessagePack for {@link Response.Acknowledgement}; for {@link Channels#response}.
     *
     * @throws ClusterMessageException as for broadcasts
     */
    byte[] encode(Response response) {
        return unfinished(values, "response");
    }

    /**
     * @throws ClusterMessageException if it is to be dropped
     */
    Broadcast decodeBroadcast(byte[] payload) {
        return unfinished(values, "payload");
    }

    /**
     * JSON or MessagePack, by the first byte.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Request decodeRequest(byte[] payload) {
        return unfinished(values, "payload");
    }

    /**
     * JSON or MessagePack, by the first byte.
     *
     * @throws ClusterMessageException if it is to be dropped
     */
    Response decodeResponse(byte[] payload) {
        return unfinished(values, "payload");
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T unfinished(@Nullable WireValues values, String what) {
        if (values == null) {
            throw new IllegalStateException(what);
        }
        throw new ClusterMessageException(what + ": any (expected: none, so far)");
    }
}
