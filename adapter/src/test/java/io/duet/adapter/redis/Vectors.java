package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The captured messages in {@code vectors/}; its README tells what they are. */
final class Vectors {
    static final String[] CAPTURED = {
        "classic-broadcast",
        "classic-legacy",
        "classic-options",
        "classic-recovery",
        "classic-requests",
        "classic-values",
        "emitter",
        "emitter-key"
    };

    static final String[] SHARDED = {
        "sharded-broadcast",
        "sharded-dynamic-private-broadcast",
        "sharded-requests",
        "sharded-static-broadcast",
        "sharded-values"
    };

    static final String[] STREAMS = {"streams-broadcast", "streams-emitter", "streams-requests", "streams-values"};

    private static final Map<String, List<Vector>> READ = new ConcurrentHashMap<>();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Vectors() {}

    /** One message; its text is its id. */
    record Vector(String id, JsonNode json) {
        byte[] payload() {
            return HexFormat.of().parseHex(json.get("payloadHex").textValue());
        }

        boolean isMessagePack() {
            return json.get("encoding").textValue().equals("msgpack");
        }

        String channel() {
            return json.get("channel").textValue();
        }

        /** The payload as a tree. */
        JsonNode decoded() {
            return untagged(json.get("decoded"));
        }

        boolean isClassic() {
            return !isOf("sharded");
        }

        boolean isOf(String adapter) {
            return json.get("adapter").textValue().equals(adapter);
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /** All vectors of these files that have their payload in full. */
    static Stream<Vector> withPayload(String... files) {
        return all(files).filter(vector -> vector.json().path("payloadHex").isTextual());
    }

    static Stream<Vector> all(String... files) {
        return Stream.of(files).flatMap(file -> READ.computeIfAbsent(file, Vectors::read).stream());
    }

    private static List<Vector> read(String file) {
        try (InputStream in = Vectors.class.getResourceAsStream("vectors/" + file + ".json")) {
            List<Vector> vectors = new ArrayList<>();
            for (JsonNode json : new JsonMapper().readTree(in).get("vectors")) {
                vectors.add(new Vector(file + " " + json.get("id").textValue(), json));
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode untagged(JsonNode tree) {
        if (tree.isArray()) {
            ArrayNode array = NODES.arrayNode();
            tree.forEach(element -> array.add(untagged(element)));
            return array;
        }
        if (!tree.isObject()) {
            return tree;
        }
        if (tree.has("$bin")) {
            return NODES.binaryNode(HexFormat.of().parseHex(tree.get("$bin").textValue()));
        }
        if (tree.has("$int")) {
            BigInteger integer = new BigInteger(tree.get("$int").textValue());
            return integer.bitLength() < 64 ? NODES.numberNode(integer.longValue()) : NODES.numberNode(integer);
        }
        if (tree.has("$float")) {
            double number = Double.parseDouble(tree.get("$float").textValue());
            // What is an integer becomes one.
            return Math.abs(number) < 1000 ? NODES.numberNode((int) number) : NODES.numberNode(number);
        }
        if (tree.has("$date")) {
            byte[] data = HexFormat.of().parseHex(tree.get("$hex").textValue());
            if (data.length == 8) {
                // The text has milliseconds; the payload may have nanoseconds.
                long bits = new BigInteger(data).longValue();
                return NODES.pojoNode(Instant.ofEpochSecond(bits & 0x3_ffff_ffffL, bits >>> 34));
            }
            return NODES.pojoNode(Instant.parse(tree.get("$date").textValue()));
        }
        if (tree.has("$ext")) {
            return extension(
                    tree.get("$ext").intValue(),
                    HexFormat.of().parseHex(tree.get("$hex").textValue()));
        }
        ObjectNode object = NODES.objectNode();
        tree.properties().forEach(member -> object.set(member.getKey(), untagged(member.getValue())));
        return object;
    }

    /** Those of {@code tolerance.json}. */
    private static JsonNode extension(int type, byte[] data) {
        if (type != 0) {
            return NODES.arrayNode().add(type).add(data);
        }
        return switch (data.length) {
            case 1 -> NODES.nullNode();
            case 8 -> NODES.pojoNode(Instant.ofEpochMilli(new BigInteger(data).longValue()));
            default -> NODES.binaryNode(data);
        };
    }
}
