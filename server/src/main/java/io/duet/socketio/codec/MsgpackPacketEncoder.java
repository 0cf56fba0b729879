package io.duet.socketio.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.msgpack.MessagePack;
import io.duet.adapter.msgpack.WireValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A packet is one map: {@code type}, {@code data} and {@code id} if it has them, {@code nsp}. */
final class MsgpackPacketEncoder implements Parser.Encoder {
    private final WireValues values;

    MsgpackPacketEncoder(ObjectMapper mapper) {
        this.values = new WireValues(mapper);
    }

    @Override
    public EncodedPacket encode(SocketPacket packet) {
        if (packet instanceof SocketPacket.Event event) {
            return encode(2, event.namespace(), event.id(), event.data());
        } else if (packet instanceof SocketPacket.Ack ack) {
            return encode(3, ack.namespace(), ack.id(), ack.data());
        } else if (packet instanceof SocketPacket.Connect connect) {
            return encode(0, connect.namespace(), SocketPacket.NO_ID, connect.payload());
        } else if (packet instanceof SocketPacket.Disconnect disconnect) {
            return encode(1, disconnect.namespace(), SocketPacket.NO_ID, null);
        } else if (packet instanceof SocketPacket.ConnectError error) {
            return encode(4, error.namespace(), SocketPacket.NO_ID, error.payload());
        }
        throw new IllegalArgumentException("packet: " + packet);
    }

    private EncodedPacket encode(int type, String namespace, long id, @Nullable Object data) {
        ObjectNode map = JsonNodeFactory.instance.objectNode().put("type", type);
        if (data != null) {
            map.set("data", values.toTree(data));
        }
        if (id != SocketPacket.NO_ID) {
            map.put("id", id);
        }
        map.put("nsp", namespace);
        return new EncodedPacket(null, List.of(MessagePack.encode(map, MessagePack.Dates.MILLISECONDS)));
    }
}
