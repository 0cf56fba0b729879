package io.duet.socketio.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.Mutations;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** 500,000 mutated or random inputs, the same in each run, and random packets there and back. */
final class SocketPacketFuzzTest {
    private static final int CASES = 500_000;
    private static final int ROUND_TRIPS = 20_000;
    private static final String ALPHABET = "0123456789-/,[]{}\":.eE+_ tfnu\\\u2028\ud83d\ude00";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ObjectMapper mapper = JsonValues.mapper();

    @Test
    void messagesAreDecodedOrRefused() {
        List<String> corpus = Stream.concat(
                        GoldenSocketPackets.entries("encode").map(golden -> golden.get("text")),
                        Stream.of("accepted", "refused", "acceptedByJavaScriptOnly")
                                .flatMap(GoldenSocketPackets::entries)
                                .flatMap(golden ->
                                        StreamSupport.stream(golden.get("input").spliterator(), false)))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(text -> text.length() < 200)
                .toList();
        Mutations mutations = new Mutations(1, ALPHABET);
        int refused = 0;

        for (int i = 0; i < CASES; i++) {
            refused += isRefused(mutations.text(corpus), mutations.random());
        }

        assertThat(refused).isBetween(CASES / 50, CASES - CASES / 50);
    }

    @Test
    void whatIsEncodedDecodesToTheSame() {
        Random random = new Random(2);
        JsonPacketEncoder encoder = new JsonPacketEncoder(mapper);

        for (int i = 0; i < ROUND_TRIPS; i++) {
            SocketPacket packet = packet(random);
            EncodedPacket encoded = encoder.encode(packet);
            JsonPacketDecoder decoder = new JsonPacketDecoder(mapper, 1000);
            Optional<SocketPacket> decoded = decoder.text(encoded.text());
            for (byte[] attachment : encoded.binaries()) {
                assertThat(decoded).isEmpty();
                decoded = decoder.binary(attachment);
            }

            assertThat(GoldenSocketPackets.same(decoded.orElseThrow(), packet))
                    .as("%s as %s", packet, encoded.text())
                    .isTrue();
        }
    }

    private int isRefused(String input, Random random) {
        JsonPacketDecoder decoder = new JsonPacketDecoder(mapper, JsonPacketDecoder.DEFAULT_MAX_ATTACHMENTS);
        try {
            Optional<SocketPacket> packet = decoder.text(input);
            for (int i = random.nextInt(3); packet.isEmpty() && i < 12; i++) {
                packet = decoder.binary(new byte[] {(byte) i});
            }
            return 0;
        } catch (SocketProtocolException e) {
            return 1;
        } catch (RuntimeException | Error e) {
            throw new AssertionError("neither decoded nor refused: " + input, e);
        }
    }

    private static SocketPacket packet(Random random) {
        String namespace = random.nextBoolean() ? "/" : "/n" + name(random).replace(",", "");
        long id = random.nextBoolean() ? SocketPacket.NO_ID : random.nextLong(1_000_000_000_000_000L);
        List<Object> data = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            data.add(value(random, 0));
        }
        switch (random.nextInt(8)) {
            case 0 -> {
                return new SocketPacket.Connect(namespace, random.nextBoolean() ? null : auth(random));
            }
            case 1 -> {
                return new SocketPacket.Disconnect(namespace);
            }
            case 2, 3 -> {
                return new SocketPacket.Ack(namespace, id, data);
            }
            default -> {
                data.add(
                        0,
                        random.nextInt(10) == 0
                                ? JSON.numberNode(random.nextInt())
                                : JSON.textNode("e" + name(random)));
                return new SocketPacket.Event(namespace, id, data);
            }
        }
    }

    private static JsonNode value(Random random, int depth) {
        switch (random.nextInt(depth > 4 ? 8 : 11)) {
            case 0 -> {
                return JSON.nullNode();
            }
            case 1 -> {
                return JSON.booleanNode(random.nextBoolean());
            }
            case 2 -> {
                return JSON.numberNode(random.nextInt());
            }
            case 3 -> {
                return JSON.numberNode(random.nextLong());
            }
            case 4 -> {
                return JSON.numberNode(random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300));
            }
            case 5 -> {
                return JSON.numberNode(new BigInteger(200, random));
            }
            case 6 -> {
                byte[] bytes = new byte[random.nextInt(8)];
                random.nextBytes(bytes);
                return BinaryNode.valueOf(bytes);
            }
            case 7 -> {
                return JSON.textNode(text(random));
            }
            case 8 -> {
                return object(random, depth + 1);
            }
            default -> {
                ArrayNode array = JSON.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth + 1));
                }
                return array;
            }
        }
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JSON.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            object.set(name(random), value(random, depth));
        }
        return object;
    }

    private static ObjectNode auth(Random random) {
        return JSON.objectNode().put("token", text(random)).put("age", random.nextInt());
    }

    /** Any UTF-16, halves of characters as well. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
        }
        return text.toString();
    }

    /** Whole characters: Jackson reads no others in a name. */
    private static String name(Random random) {
        return text(random).replaceAll("[\ud800-\udfff]", "");
    }
}
