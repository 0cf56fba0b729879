package io.duet.socketio.codec;

import static io.duet.socketio.codec.PacketRules.require;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.msgpack.MessagePack;
import io.duet.adapter.msgpack.MessagePackException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * As strict as {@code socket.io-msgpack-parser} 3, and where that is laxer than socket.io-parser, as that: event names, and ids that are no
 * counters. Stateless.
 */
final class MsgpackPacketDecoder implements Parser.Decoder {
    static final MsgpackPacketDecoder INSTANCE = new MsgpackPacketDecoder();

    /** What JavaScript can count to. */
    private static final long MAX_ID = 1L << 53;

    private MsgpackPacketDecoder() {}

    @Override
    public Optional<SocketPacket> text(String message) {
        throw new SocketProtocolException("text (expected: binary)");
    }

    @Override
    public Optional<SocketPacket> binary(byte[] message) {
        JsonNode packet = map(message);
        JsonNode type = packet.path("type");
        require(type.isInt(), "packet type (expected: an integer)");
        JsonNode namespace = packet.path("nsp");
        require(namespace.isTextual(), "namespace (expected: text)");
        return Optional.of(
                PacketRules.packet(type.intValue(), namespace.textValue(), id(packet.get("id")), packet.get("data")));
    }

    private static JsonNode map(byte[] message) {
        try {
            JsonNode packet = MessagePack.decode(message);
            require(packet.isObject(), "packet (expected: a map)");
            return packet;
        } catch (MessagePackException e) {
            throw new SocketProtocolException("packet: no MessagePack");
        }
    }

    private static long id(@Nullable JsonNode id) {
        if (id == null) {
            return SocketPacket.NO_ID;
        }
        require(
                id.isIntegralNumber() && id.canConvertToLong() && id.longValue() >= 0 && id.longValue() <= MAX_ID,
                "ack id (expected: an integer from 0 on)");
        return id.longValue();
    }
}
