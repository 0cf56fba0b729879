package io.duet.socketio.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BinaryNode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what socket.io-parser writes for the same packets. */
final class JsonPacketEncoderTest {
    private static final Pattern PACKET = Pattern.compile("(\\d(?:\\d+-)?(?:/[^,]*,?)?\\d*)(.*)", Pattern.DOTALL);
    private static final ObjectMapper PLAIN = new ObjectMapper();

    private final JsonPacketEncoder encoder = new JsonPacketEncoder(JsonValues.mapper());

    @Test
    void fileNamesItsSource() {
        JsonNode golden = GoldenSocketPackets.load("packets.json");

        assertThat(golden.get("package").textValue()).isEqualTo("socket.io-parser");
        assertThat(golden.get("version").textValue()).startsWith("4.2.");
    }

    @Test
    void attachesNothingToARefusal() {
        JsonNode payload = PLAIN.createObjectNode().put("message", "no").put("data", new byte[] {1, 2});

        EncodedPacket encoded = encoder.encode(new SocketPacket.ConnectError("/", payload));

        assertThat(encoded.text()).isEqualTo("4{\"message\":\"no\",\"data\":\"AQI=\"}");
        assertThat(encoded.binaries()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("packets")
    void writesPacketsAsJavaScriptDoes(JsonNode golden) {
        EncodedPacket encoded = encoder.encode(GoldenSocketPackets.packet(golden.get("packet")));

        assertThat(encoded.text()).isEqualTo(golden.get("text").textValue());
        assertThat(hex(encoded)).isEqualTo(attachments(golden));
    }

    @ParameterizedTest
    @MethodSource("valuesWithTheSameText")
    void writesValuesAsJavaScriptDoes(Object value, JsonNode golden) {
        EncodedPacket encoded = encoder.encode(event("e", value));

        assertThat(encoded.text()).isEqualTo(golden.get("text").textValue());
        assertThat(hex(encoded)).isEqualTo(attachments(golden));
    }

    @ParameterizedTest
    @MethodSource("numbersInAnotherNotation")
    void writesNumbersThatJavaScriptReadsAsTheSame(Object value, JsonNode golden) throws JsonProcessingException {
        String text = encoder.encode(event("e", value)).text();

        Matcher ours = PACKET.matcher(text);
        Matcher theirs = PACKET.matcher(golden.get("text").textValue());
        assertThat(ours.matches() && theirs.matches()).isTrue();
        assertThat(ours.group(1)).isEqualTo(theirs.group(1));
        assertThat(GoldenSocketPackets.same(PLAIN.readTree(ours.group(2)), PLAIN.readTree(theirs.group(2))))
                .as("%s and %s", text, golden.get("text"))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void takesBinaryOutOfEveryKindOfValue(Object value) {
        EncodedPacket encoded = encoder.encode(event("e", value));

        assertThat(encoded.text()).isEqualTo("51-[\"e\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(hex(encoded)).containsExactly("0102");
    }

    @Test
    void takesOnlyWhatIsLeftOfByteBuffersAndLeavesThemAsTheyAre() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, 1, 2, 9}, 1, 2);

        assertThat(hex(encoder.encode(event("e", buffer)))).containsExactly("0102");
        assertThat(hex(encoder.encode(event("e", buffer)))).containsExactly("0102");
    }

    @Test
    void keepsNullsThatStandLast() {
        assertThat(encoder.encode(event("e", null, null)).text()).isEqualTo("2[\"e\",null,null]");
    }

    @Test
    void writesAMapInItsOwnOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put("a", null);

        assertThat(encoder.encode(event("e", map)).text()).isEqualTo("2[\"e\",{\"z\":1,\"a\":null}]");
    }

    @Test
    void writesAnAckIdAbove2To53AsItIs() {
        SocketPacket packet = new SocketPacket.Ack("/", Long.MAX_VALUE, List.of());

        assertThat(encoder.encode(packet).text()).isEqualTo("3" + Long.MAX_VALUE + "[]");
    }

    @Test
    void writesDatesBeyondMillisecondsByCuttingThem() {
        Instant instant = Instant.ofEpochSecond(1_700_000_000L, 123_999_999);

        assertThat(encoder.encode(event("e", instant)).text()).isEqualTo("2[\"e\",\"2023-11-14T22:13:20.123Z\"]");
    }

    @Test
    void writesTheSameTextEachTime() {
        SocketPacket packet = event("e", new byte[] {1}, Map.of("k", new byte[] {2}));

        EncodedPacket first = encoder.encode(packet);
        EncodedPacket second = encoder.encode(packet);

        assertThat(second.text()).isEqualTo(first.text()).startsWith("52-");
        assertThat(hex(second)).isEqualTo(hex(first));
    }

    @Test
    void refusesWhatJacksonCannotWriteAndNamesIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> encoder.encode(event("e", new Loop())))
                .withMessageStartingWith("data: ")
                .withMessageContaining("(expected: values that Jackson can write)");
    }

    static Stream<JsonNode> packets() {
        return GoldenSocketPackets.entries("encode");
    }

    static Stream<Arguments> valuesWithTheSameText() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("NaN", Double.NaN);
        values.put("Infinity", Double.POSITIVE_INFINITY);
        values.put("minus Infinity", Float.NEGATIVE_INFINITY);
        values.put("NaN nested", Map.of("a", new Object[] {Float.NaN, 1}));
        values.put("0.1", 0.1);
        values.put("date", Instant.ofEpochSecond(1_700_000_000L));
        values.put("date with milliseconds", new Date(1_700_000_000_123L));
        values.put("date before 1970", Instant.ofEpochMilli(-1));
        values.put("date in year 1", Instant.parse("0001-01-01T00:00:00Z"));
        values.put("map", map("k", "v", "n", 1));
        Map<String, Object> item = map("when", new Date(5), "blob", ByteBuffer.wrap(new byte[] {10, 11}));
        values.put("nested", map("list", Arrays.asList(item, null), "name", "n"));
        values.put("buffer", new byte[] {(byte) 0xc0, (byte) 0xff, (byte) 0xee});
        values.put("pojo with bytes", new Picture("p", new byte[] {1, 2, 3}, map("image", null)));
        return values.entrySet().stream().map(e -> Arguments.of(Named.of(e.getKey(), e.getValue()), value(e.getKey())));
    }

    static Stream<Arguments> numbersInAnotherNotation() {
        Map<String, Object> values = Map.of(
                "1e21",
                1e21,
                "minus zero",
                -0.0,
                "1e-7",
                1e-7,
                "double without fraction",
                10.0,
                "5e-324",
                Double.MIN_VALUE,
                "max double",
                Double.MAX_VALUE);
        return values.entrySet().stream().map(e -> Arguments.of(Named.of(e.getKey(), e.getValue()), value(e.getKey())));
    }

    static Stream<Object> binaries() {
        byte[] bytes = {1, 2};
        return Stream.of(
                bytes,
                ByteBuffer.wrap(bytes),
                ByteBuffer.allocateDirect(2).put(bytes).flip(),
                BinaryNode.valueOf(bytes));
    }

    private static JsonNode value(String name) {
        return GoldenSocketPackets.entries("values")
                .filter(golden -> golden.get("name").textValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static SocketPacket event(Object... data) {
        return new SocketPacket.Event("/", SocketPacket.NO_ID, Arrays.asList(data));
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }

    private static List<String> hex(EncodedPacket packet) {
        return packet.binaries().stream().map(HexFormat.of()::formatHex).toList();
    }

    private static List<String> attachments(JsonNode golden) {
        return GoldenSocketPackets.elements(golden.get("attachments")).stream()
                .map(each -> ((JsonNode) each).textValue())
                .toList();
    }

    /** A class of a user, with binary in it. */
    public record Picture(String name, byte[] image, Map<String, Object> inner) {}

    /** Has no end. */
    public static final class Loop {
        public Loop getSelf() {
            return this;
        }
    }
}
