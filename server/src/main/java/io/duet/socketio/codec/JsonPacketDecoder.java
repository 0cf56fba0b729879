package io.duet.socketio.codec;

import static io.duet.socketio.codec.PacketRules.require;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client's messages to packets, as strict as the JavaScript parser (socket.io-parser 4.2). Holds a packet whose attachments have not all
 * come; one decoder a connection, one thread at a time.
 */
public final class JsonPacketDecoder implements Parser.Decoder {
    /** How many attachments a packet may have, unless configured. */
    public static final int DEFAULT_MAX_ATTACHMENTS = 10;

    /** Ids above 2^53 would not come back as they are from any JavaScript. */
    private static final int MAX_ID_DIGITS = 15;

    /** Bytes of attachments that were placed before in the same packet. */
    private static final long MAX_REPEATED = 1 << 20;

    private final ObjectMapper mapper;
    private final int maxAttachments;
    private @Nullable Unfinished unfinished;

    public JsonPacketDecoder(ObjectMapper mapper, int maxAttachments) {
        this.mapper = mapper;
        this.maxAttachments = maxAttachments;
    }

    @Override
    public Optional<SocketPacket> text(String message) {
        if (unfinished != null) {
            throw new SocketProtocolException("text (expected: an attachment)");
        }
        Header header = Header.parse(message, maxAttachments);
        // Types 5 and 6 are 2 and 3 with attachments.
        int type = header.type >= 5 ? header.type - 3 : header.type;
        SocketPacket packet = PacketRules.packet(type, header.namespace, header.id, payload(message, header.end));
        if (header.attachments == 0) {
            return Optional.of(packet);
        }
        unfinished = new Unfinished(packet, header.attachments);
        return Optional.empty();
    }

    @Override
    public Optional<SocketPacket> binary(byte[] attachment) {
        Unfinished waiting = unfinished;
        if (waiting == null) {
            throw new SocketProtocolException("binary (expected: text, no attachment is due)");
        }
        waiting.attachments.add(attachment);
        if (waiting.attachments.size() < waiting.expected) {
            return Optional.empty();
        }
        unfinished = null;
        return Optional.of(waiting.complete());
    }

    private @Nullable JsonNode payload(String message, int start) {
        if (start == message.length()) {
            return null;
        }
        StringReader text = new StringReader(message);
        try {
            // Read where it stands: a copy without the header would be an eighth of what decoding allocates.
            text.skip(start);
            try (JsonParser json = mapper.createParser(text)) {
                JsonNode payload = mapper.readTree(json);
                require(payload != null && json.nextToken() == null, "payload: no JSON");
                return payload;
            }
        } catch (IOException e) {
            throw new SocketProtocolException("payload: no JSON");
        }
    }

    /** A packet that waits for its attachments. */
    private static final class Unfinished {
        private final SocketPacket packet;
        private final int expected;
        private final List<byte[]> attachments = new ArrayList<>();
        private final BitSet placed = new BitSet();
        private long repeated;

        Unfinished(SocketPacket packet, int expected) {
            this.packet = packet;
            this.expected = expected;
        }

        SocketPacket complete() {
            if (packet instanceof SocketPacket.Event event) {
                return new SocketPacket.Event(event.namespace(), event.id(), fill(event.data()));
            } else if (packet instanceof SocketPacket.Ack ack) {
                return new SocketPacket.Ack(ack.namespace(), ack.id(), fill(ack.data()));
            }
            throw new IllegalStateException("packet with attachments: " + packet);
        }

        private List<@Nullable Object> fill(List<@Nullable Object> data) {
            List<@Nullable Object> filled = new ArrayList<>(data.size());
            for (Object value : data) {
                filled.add(fill((JsonNode) value));
            }
            return filled;
        }

        private JsonNode fill(@Nullable JsonNode value) {
            if (value instanceof ObjectNode object) {
                JsonNode flag = object.get("_placeholder");
                if (flag != null && flag.isBoolean() && flag.booleanValue()) {
                    return attachment(object.path("num"));
                }
                for (Map.Entry<String, JsonNode> property : object.properties()) {
                    property.setValue(fill(property.getValue()));
                }
                return object;
            } else if (value instanceof ArrayNode array) {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, fill(array.get(i)));
                }
                return array;
            }
            return value == null ? JsonNodeFactory.instance.nullNode() : value;
        }

        private JsonNode attachment(JsonNode number) {
            require(
                    number.isInt() && number.intValue() >= 0 && number.intValue() < attachments.size(),
                    "placeholder (expected: the number of an attachment)");
            byte[] bytes = attachments.get(number.intValue());
            // JavaScript hands out the same one again. What is sent on has it as often as it was placed, so who repeats
            // a large one a thousand times would make a server send a thousand times what it was sent.
            if (placed.get(number.intValue())) {
                repeated += bytes.length;
                require(repeated <= MAX_REPEATED, "placeholder (expected: at most 1 MB of repeated attachments)");
            }
            placed.set(number.intValue());
            return BinaryNode.valueOf(bytes);
        }
    }

    /** What stands before the payload: {@code <type>[<attachments>-][<namespace>,][<ack id>]}. */
    private static final class Header {
        private int type;
        private int attachments;
        private String namespace = "/";
        private long id = SocketPacket.NO_ID;

        /** Where the payload starts. */
        private int end;

        static Header parse(String message, int maxAttachments) {
            require(!message.isEmpty() && isDigit(message, 0), "packet (expected: a digit for the type first)");
            Header header = new Header();
            header.type = message.charAt(0) - '0';
            require(header.type <= 6, "packet type (expected: 0 to 6)");
            header.end = 1;
            if (header.type >= 5) {
                header.parseAttachments(message, maxAttachments);
            }
            header.parseNamespace(message);
            header.parseId(message);
            return header;
        }

        private void parseAttachments(String message, int maxAttachments) {
            int dash = message.indexOf('-', end);
            int digits = dash - end;
            require(digits >= 1 && digits <= 4, "attachments (expected: <number>-)");
            int count = 0;
            for (; end < dash; end++) {
                require(isDigit(message, end), "attachments (expected: <number>-)");
                count = count * 10 + message.charAt(end) - '0';
            }
            require(
                    count >= 1 && count <= maxAttachments,
                    "attachments: " + count + " (expected: 1 to " + maxAttachments + ")");
            attachments = count;
            end = dash + 1;
        }

        private void parseNamespace(String message) {
            if (end < message.length() && message.charAt(end) == '/') {
                int comma = message.indexOf(',', end);
                namespace = message.substring(end, comma < 0 ? message.length() : comma);
                end = comma < 0 ? message.length() : comma + 1;
            }
        }

        private void parseId(String message) {
            int start = end;
            while (end < message.length() && isDigit(message, end)) {
                end++;
            }
            require(end - start <= MAX_ID_DIGITS, "ack id (expected: at most " + MAX_ID_DIGITS + " digits)");
            if (end > start) {
                id = Long.parseLong(message.substring(start, end));
            }
        }

        private static boolean isDigit(String message, int position) {
            return message.charAt(position) >= '0' && message.charAt(position) <= '9';
        }
    }
}
