package io.duet.socketio.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packets to text and attachments (socket.io-protocol v5, "Packet encoding"). Stateless; safe for any thread. */
final class JsonPacketEncoder implements Parser.Encoder {
    /** Most packets fit, so that they are copied once. */
    private static final int INITIAL_CHARACTERS = 512;

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
        StringWriter text = new StringWriter(INITIAL_CHARACTERS);
        text.append(type);
        if (!namespace.equals("/")) {
            text.append(namespace).append(',');
        }
        if (id != SocketPacket.NO_ID) {
            text.append(Long.toString(id));
        }
        List<byte[]> attachments = data == null ? List.of() : write(text, data, type != binaryType);
        if (!attachments.isEmpty()) {
            // Known only now, and rare: otherwise nothing is moved.
            text.getBuffer().replace(0, 1, binaryType + Integer.toString(attachments.size()) + '-');
        }
        return new EncodedPacket(escapeLoneSurrogates(text.toString()), attachments);
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
    private static String escapeLoneSurrogates(String text) {
        int lone = loneSurrogate(text, 0);
        if (lone < 0) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 24);
        int done = 0;
        while (lone >= 0) {
            escaped.append(text, done, lone).append(String.format("\\u%04x", (int) text.charAt(lone)));
            done = lone + 1;
            lone = loneSurrogate(text, done);
        }
        return escaped.append(text, done, text.length()).toString();
    }

    /** Where the next one is, or -1. */
    private static int loneSurrogate(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
