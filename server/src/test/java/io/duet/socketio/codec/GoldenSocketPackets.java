package io.duet.socketio.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What the parsers of JavaScript made of the same packets; each file names its package and version. Binary stands there as
 * {@code {"$bin": hex}}, a date as {@code {"$date": text}}, what is no number in JSON as {@code {"$number": text}}.
 */
final class GoldenSocketPackets {
    private static final String FILE = "packets.json";

    private GoldenSocketPackets() {}

    static Stream<JsonNode> entries(String section) {
        return entries(FILE, section);
    }

    static Stream<JsonNode> entries(String file, String section) {
        JsonNode array = load(file).path(section);
        if (array.isEmpty()) {
            throw new AssertionError("no entries: " + section);
        }
        return StreamSupport.stream(array.spliterator(), false);
    }

    static JsonNode load(String file) {
        try (InputStream in = GoldenSocketPackets.class.getResourceAsStream(file)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    static SocketPacket packet(JsonNode json) {
        String namespace = json.get("nsp").textValue();
        JsonNode data = json.has("data") ? value(json.get("data")) : null;
        long id = json.path("id").asLong(SocketPacket.NO_ID);
        return switch (json.get("type").intValue()) {
            case 0 -> new SocketPacket.Connect(namespace, data);
            case 1 -> new SocketPacket.Disconnect(namespace);
            case 2 -> new SocketPacket.Event(namespace, id, elements(data));
            case 3 -> new SocketPacket.Ack(namespace, id, elements(data));
            case 4 -> new SocketPacket.ConnectError(namespace, data);
            default -> throw new AssertionError(json.toString());
        };
    }

    /** The same tree with binary nodes. */
    static JsonNode value(JsonNode json) {
        if (json instanceof ObjectNode object && object.has("$bin")) {
            return BinaryNode.valueOf(HexFormat.of().parseHex(object.get("$bin").textValue()));
        } else if (json.has("$date")) {
            return new POJONode(Instant.parse(json.get("$date").textValue()));
        } else if (json.has("$number")) {
            return DoubleNode.valueOf(Double.parseDouble(json.get("$number").textValue()));
        } else if (json instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(property -> copy.set(property.getKey(), value(property.getValue())));
            return copy;
        } else if (json instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(value(element)));
            return copy;
        }
        return json;
    }

    /** Feeds a decoder with messages as they came: text, or binary in its form above. */
    static List<SocketPacket> decode(JsonNode input) {
        JsonPacketDecoder decoder =
                new JsonPacketDecoder(JsonValues.mapper(), JsonPacketDecoder.DEFAULT_MAX_ATTACHMENTS);
        List<SocketPacket> packets = new ArrayList<>();
        for (JsonNode message : input) {
            (message.isTextual()
                            ? decoder.text(message.textValue())
                            : decoder.binary(((BinaryNode) value(message)).binaryValue()))
                    .ifPresent(packets::add);
        }
        return packets;
    }

    /** Values are the same if JavaScript could not tell them apart: numbers by value, objects without order. */
    static boolean same(Object left, Object right) {
        if (left instanceof SocketPacket.Event a && right instanceof SocketPacket.Event b) {
            return a.namespace().equals(b.namespace()) && a.id() == b.id() && same(a.data(), b.data());
        } else if (left instanceof SocketPacket.Ack a && right instanceof SocketPacket.Ack b) {
            return a.namespace().equals(b.namespace()) && a.id() == b.id() && same(a.data(), b.data());
        } else if (left instanceof List<?> a && right instanceof List<?> b) {
            return a.size() == b.size() && IntStream.range(0, a.size()).allMatch(i -> same(a.get(i), b.get(i)));
        } else if (left instanceof BinaryNode a && right instanceof BinaryNode b) {
            return Arrays.equals(a.binaryValue(), b.binaryValue());
        } else if (left instanceof JsonNode a && right instanceof JsonNode b) {
            return a.equals(GoldenSocketPackets::compare, b);
        }
        return left == null ? right == null : left.equals(right);
    }

    /** Made from parsed JSON. */
    static List<Object> elements(JsonNode array) {
        List<Object> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    private static int compare(JsonNode left, JsonNode right) {
        if (left.isNumber() && right.isNumber() && Double.isFinite(left.doubleValue())) {
            return new BigDecimal(left.asText()).compareTo(new BigDecimal(right.asText()));
        }
        return left.equals(right) ? 0 : 1;
    }
}
