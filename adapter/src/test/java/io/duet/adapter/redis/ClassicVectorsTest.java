package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.msgpack.MessagePack;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every captured payload, read and written again. */
final class ClassicVectorsTest {
    /** Where Node's encoder loses what it was given: nobody can tell from the payload what it was. */
    private static final List<String> DEFECTS =
            List.of("classic-values num-2p64", "classic-values num-1e300", "classic-values date-invalid");

    /** A room that is a number in JavaScript; here it is text. */
    private static final String NUMBERED_ROOM = "classic-broadcast emit-room-numeric";

    private final ClassicCodec codec = new ClassicCodec(new JsonMapper());

    static Stream<Vectors.Vector> captured() {
        return Vectors.withPayload(Vectors.CAPTURED);
    }

    static Stream<Vectors.Vector> intact() {
        return captured().filter(vector -> !DEFECTS.contains(vector.id()));
    }

    static Stream<Vectors.Vector> messages() {
        return intact().filter(vector -> !vector.id().equals(NUMBERED_ROOM));
    }

    static Stream<Vectors.Vector> large() {
        return Vectors.all(Vectors.CAPTURED)
                .filter(vector -> vector.json().path("payloadLength").isInt());
    }

    @Test
    void everyCapturedPayloadIsThere() {
        assertThat(captured().count() + large().count()).isEqualTo(35 + 7 + 21 + 4 + 80 + 95 + 23 + 2);
        assertThat(large()).hasSize(6);
    }

    @ParameterizedTest
    @MethodSource("captured")
    void readsThePayload(Vectors.Vector vector) {
        JsonNode tree =
                vector.isMessagePack() ? MessagePack.decode(vector.payload()) : JsonText.decode(vector.payload());

        assertThat(tree).isEqualTo(vector.decoded());
    }

    @ParameterizedTest
    @MethodSource("intact")
    void writesTheSameBytesFromTheTree(Vectors.Vector vector) {
        byte[] bytes =
                vector.isMessagePack() ? MessagePack.encode(vector.decoded()) : JsonText.encode(vector.decoded());

        assertThat(bytes).isEqualTo(vector.payload());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void writesTheSameBytesFromTheMessage(Vectors.Vector vector) {
        byte[] payload = vector.payload();

        assertThat(again(vector.channel(), payload)).isEqualTo(payload);
    }

    @ParameterizedTest
    @MethodSource("large")
    void writesTheSameBytesFromLargeValues(Vectors.Vector vector) throws Exception {
        String id = vector.json().get("id").textValue();
        List<Object> data =
                switch (id.substring(0, id.indexOf('-'))) {
                    case "bin" -> List.of("bin", filled(size(id)));
                    case "str" -> List.of("str", "x".repeat(size(id)));
                    default ->
                        List.of(
                                "arr",
                                IntStream.range(0, size(id)).map(i -> i & 127).toArray());
                };

        byte[] bytes = codec.encode(new Broadcast("D-anZH", new EventPacket("/", data), BroadcastOptions.ALL));

        assertThat(bytes).hasSize(vector.json().get("payloadLength").intValue());
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
                .isEqualTo(vector.json().get("payloadSha256").textValue());
        assertThat(codec.encode(codec.decodeBroadcast(bytes))).isEqualTo(bytes);
    }

    /** The captured broadcasts again, this time from what a Java application would give. */
    @Test
    void writesTheSameBytesFromJavaValues() {
        Map<String, List<Object>> calls = Map.of(
                "bin-nested",
                        List.of(
                                "bin",
                                new Nested(new Inner(List.of(1, utf8("xyz"))), new byte[] {-1}),
                                List.of(List.of(java.nio.ByteBuffer.wrap(new byte[] {0})))),
                "date-nested", List.of("date", Map.of("at", new java.util.Date(1700000000123L))),
                "date-1969", List.of("date", java.time.Instant.parse("1969-12-31T23:59:59.500Z")),
                "num-minus-zero", List.of("num", -0.0),
                "num-2p53", List.of("num", 0x1p53),
                "num-m2p31-1", List.of("num", -2147483649.0),
                "num-nan", List.of("num", Double.NaN),
                "num-1.1", List.of("num", 1.1f),
                "null", Arrays.asList("nil", null));

        calls.forEach((id, data) -> {
            byte[] bytes = codec.encode(
                    new Broadcast("D-anZH", new EventPacket("/", new ArrayList<>(data)), BroadcastOptions.ALL));

            assertThat(bytes).as(id).isEqualTo(payloadOf("classic-values " + id));
        });
    }

    private byte[] again(String channel, byte[] payload) {
        if (channel.contains("-request#")) {
            return codec.encode(codec.decodeRequest(payload));
        }
        if (channel.contains("-response#")) {
            return codec.encode(codec.decodeResponse(payload));
        }
        return codec.encode(codec.decodeBroadcast(payload));
    }

    private static byte[] payloadOf(String id) {
        return captured()
                .filter(vector -> vector.id().equals(id))
                .findAny()
                .orElseThrow()
                .payload();
    }

    private static int size(String id) {
        return Integer.parseInt(id.substring(id.indexOf('-') + 1));
    }

    private static byte[] filled(int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 7);
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    record Nested(Inner a, byte[] c) {}

    record Inner(List<Object> b) {}
}
