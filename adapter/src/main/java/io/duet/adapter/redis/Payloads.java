package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.msgpack.MessagePack;
import io.duet.adapter.msgpack.MessagePackException;

/** Trees to and from bytes, with the one exception of messages. */
final class Payloads {
    private Payloads() {}

    static byte[] toMessagePack(JsonNode tree) {
        try {
            return MessagePack.encode(tree);
        } catch (MessagePackException e) {
            throw new ClusterMessageException("values: not encoded (expected: what MessagePack can hold)", e);
        }
    }

    /** JSON or MessagePack, by the first byte. */
    static JsonNode decode(byte[] payload) {
        return payload.length > 0 && payload[0] == '{' ? JsonText.decode(payload) : fromMessagePack(payload);
    }

    static JsonNode fromMessagePack(byte[] payload) {
        try {
            return MessagePack.decode(payload);
        } catch (MessagePackException e) {
            throw new ClusterMessageException("payload: " + payload.length + " bytes (expected: MessagePack)", e);
        }
    }
}
