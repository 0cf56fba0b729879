package io.duet.adapter.msgpack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/**
 * MessagePack between bytes and Jackson trees, byte for byte as {@code notepack.io} 3.0.1 does it.
 *
 * <p>Binary is a {@code BinaryNode}, a date a {@code POJONode} of {@link java.time.Instant}, not-a-number and the infinities a
 * {@code DoubleNode}. Stateless: any thread may call.
 */
public final class MessagePack {
    /** How deep arrays and maps may be nested, in either direction: 1024. Deeper than any JSON that a client can have sent. */
    public static final int MAX_DEPTH = 1024;

    private MessagePack() {}

    /**
     * @throws MessagePackException if the tree holds an object that is neither binary nor a date, or is nested too deep
     */
    public static byte[] encode(JsonNode value) {
        if (value.isMissingNode()) {
            return new byte[0];
        }
        throw new MessagePackException("value: " + value.getNodeType() + " (expected: a missing node, so far)");
    }

    /**
     * @throws MessagePackException if the bytes are not exactly one value, or it is nested too deep
     */
    public static JsonNode decode(byte[] bytes) {
        if (bytes.length == 0) {
            return MissingNode.getInstance();
        }
        throw new MessagePackException("bytes: " + bytes.length + " (expected: none, so far)");
    }
}
