package io.duet.socketio.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packets to text and attachments (socket.io-protocol v5, "Packet encoding"). Stateless; safe for any thread. */
final class JsonPacketEncoder implements Parser.Encoder {
    private final ObjectMapper mapper;

    JsonPacketEncoder(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public EncodedPacket encode(SocketPacket packet) {
        if (packet instanceof SocketPacket.Event event) {
            return encode('2', '5', event.namespace(), event.id(), event.data());
        } else if (packet instanceof SocketPacket.Ack ack) {
            return encode('3', '6', ack.namespace(), ack.id(), ack.data());
        } else if (packet instanceof SocketPacket.Connect connect) {
            return encode('0', '0', connect.namespace(), SocketPacket.NO_ID, connect.payload());
        } else if (packet instanceof SocketPacket.Disconnect disconnect) {
            return encode('1', '1', disconnect.namespace(), SocketPacket.NO_ID, null);
        } else if (packet instanceof SocketPacket.ConnectError error) {
            return encode('4', '4', error.namespace(), SocketPacket.NO_ID, error.payload());
        }
        throw new IllegalArgumentException("packet: " + packet);
    }

    private EncodedPacket encode(char type, char binaryType, String namespace, long id, @Nullable Object data) {
        StringWriter json = new StringWriter(128);
        List<byte[]> attachments = data == null ? List.of() : write(json, data, type != binaryType);
        StringBuilder text = new StringBuilder(json.getBuffer().length() + namespace.length() + 24);
        if (attachments.isEmpty()) {
            text.append(type);
        } else {
            text.append(binaryType).append(attachments.size()).append('-');
        }
        if (!namespace.equals("/")) {
            text.append(namespace).append(',');
        }
        if (id != SocketPacket.NO_ID) {
            text.append(id);
        }
        text.append(json.getBuffer());
        escapeLoneSurrogates(text);
        return new EncodedPacket(text.toString(), attachments);
    }

    /** @param mayAttach otherwise binary becomes what Jackson makes of it, base64 */
    private List<byte[]> write(StringWriter json, Object data, boolean mayAttach) {
        try (JsonGenerator plain = mapper.getFactory().createGenerator(json)) {
            if (!mayAttach) {
                mapper.writeValue(plain, data);
                return List.of();
            }
            AttachmentGenerator generator = new AttachmentGenerator(plain);
            if (data instanceof List<?> values) {
                generator.writeStartArray();
                for (Object value : values) {
                    mapper.writeValue(generator, value);
                }
                generator.writeEndArray();
            } else {
                mapper.writeValue(generator, data);
            }
            return generator.attachments();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "data: " + e.getMessage() + " (expected: values that Jackson can write)", e);
        }
    }

    /** Half a character has no UTF-8 form; JavaScript writes it as an escape (ECMA-262, "QuoteJSONString"). */
    private static void escapeLoneSurrogates(StringBuilder text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean paired = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (!paired) {
                text.replace(i, i + 1, String.format("\\u%04x", (int) c));
            }
            i += paired ? 1 : 5;
        }
    }
}
