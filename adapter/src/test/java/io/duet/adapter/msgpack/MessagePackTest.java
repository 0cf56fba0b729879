package io.duet.adapter.msgpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.POJONode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessagePackTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static Stream<Arguments> numbers() {
        return Stream.of(
                Arguments.of(NODES.numberNode(-0.0), "00"),
                Arguments.of(NODES.numberNode(1.0), "01"),
                Arguments.of(NODES.numberNode(-33.0), "d0df"),
                Arguments.of(NODES.numberNode(0x1p53), "cf0020000000000000"),
                Arguments.of(NODES.numberNode(0x1p63), "cb43e0000000000000"),
                Arguments.of(NODES.numberNode(-0x1p63), "cbc3e0000000000000"),
                Arguments.of(NODES.numberNode(1e300), "cb7e37e43c8800759c"),
                Arguments.of(NODES.numberNode(Double.POSITIVE_INFINITY), "cb7ff0000000000000"),
                Arguments.of(NODES.numberNode(1.1f), "cb3ff199999999999a"),
                Arguments.of(NODES.numberNode(new BigDecimal("0.5")), "cb3fe0000000000000"),
                Arguments.of(NODES.numberNode(Long.MAX_VALUE), "cf7fffffffffffffff"),
                Arguments.of(NODES.numberNode(Long.MIN_VALUE), "d38000000000000000"),
                Arguments.of(NODES.numberNode((short) 300), "cd012c"),
                Arguments.of(NODES.numberNode(BigInteger.ONE), "01"),
                Arguments.of(NODES.numberNode(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)), "cfffffffffffffffff"),
                Arguments.of(NODES.numberNode(BigInteger.TWO.pow(64)), "cb43f0000000000000"));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void writesNumbersAsJavaScriptWould(JsonNode number, String hex) {
        assertThat(HexFormat.of().formatHex(MessagePack.encode(number))).isEqualTo(hex);
    }

    @Test
    void writesHalfASurrogatePairAsTheReplacementCharacter() {
        JsonNode text = NODES.textNode("a\uD800b\uDC00\uD83D\uDE00");

        assertThat(MessagePack.decode(MessagePack.encode(text)).textValue()).isEqualTo("a\uFFFDb\uFFFD\uD83D\uDE00");
    }

    @Test
    void keepsNanosecondsOfDates() {
        JsonNode date = NODES.pojoNode(Instant.ofEpochSecond(-5, 1));

        assertThat(MessagePack.decode(MessagePack.encode(date))).isEqualTo(date);
    }

    @ParameterizedTest
    @CsvSource({
        "0, d7000000000000000000",
        "-1, d700ffffffffffffffff",
        "8640000000000000, d700001eb208c2dc0000",
        "8640000000001000, c0"
    })
    void writesDatesAsNotepack2Does(long millis, String hex) {
        JsonNode date = NODES.pojoNode(Instant.ofEpochMilli(millis));

        assertThat(HexFormat.of().formatHex(MessagePack.encode(date, MessagePack.Dates.MILLISECONDS)))
                .isEqualTo(hex);
    }

    @ParameterizedTest
    @CsvSource({"82a161d40000a16201, '{\"b\":1}'", "92d4000001, '[null,1]'", "d40000, null", "82a16101a161d40000, '{}'"
    })
    void readsUndefinedAsJsonWouldHaveIt(String hex, String json) {
        assertThat(decode(hex)).hasToString(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c70cff000000007fffffffffffffff", "c70cff000000008000000000000000", "d7007fffffffffffffff"})
    void readsADateThatJavaScriptDoesNotHaveAsNull(String hex) {
        assertThat(decode(hex).isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"81c0c3, null", "81c3c3, true", "8105c3, 5", "81cb3ff8000000000000c3, 1.5", "81a161c3, a"})
    void makesTextOfKeys(String hex, String key) {
        assertThat(decode(hex).has(key)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "00c0",
                "a2 61",
                "cc",
                "c4ff00",
                "c6ffffffff00",
                "c67fffffff00",
                "db7fffffff",
                "dd7fffffff",
                "dfffffffff",
                "df3fffffff0000",
                "ddffffffff00",
                "92c0",
                "81a161",
                "8190c0",
                "81c40161c0",
                "c7ff00",
                "c9ffffffff00",
                "d6ff00",
                "81d6ff00000000c0"
            })
    void refusesWhatIsNotOneValue(String hex) {
        assertThatExceptionOfType(MessagePackException.class)
                .isThrownBy(() -> decode(hex.replace(" ", "")))
                .withMessageContaining("(expected: ");
    }

    @Test
    void readsAndWritesAsDeepAsItSaysAndNoDeeper() {
        byte[] deepest = nested(MessagePack.MAX_DEPTH);
        JsonNode tree = MessagePack.decode(deepest);
        ArrayNode deeper = NODES.arrayNode().add(tree);

        assertThat(MessagePack.encode(tree)).isEqualTo(deepest);
        assertThatExceptionOfType(MessagePackException.class)
                .isThrownBy(() -> MessagePack.decode(nested(MessagePack.MAX_DEPTH + 1)));
        assertThatExceptionOfType(MessagePackException.class).isThrownBy(() -> MessagePack.decode(nested(1_000_000)));
        assertThatExceptionOfType(MessagePackException.class).isThrownBy(() -> MessagePack.encode(deeper));
    }

    @Test
    void refusesObjectsThatItDoesNotKnow() {
        assertThatExceptionOfType(MessagePackException.class)
                .isThrownBy(() -> MessagePack.encode(new POJONode(new StringBuilder())))
                .withMessage("value: java.lang.StringBuilder (expected: JSON, binary or a date)");
    }

    private static JsonNode decode(String hex) {
        return MessagePack.decode(HexFormat.of().parseHex(hex));
    }

    /** Arrays within arrays, the innermost empty. */
    private static byte[] nested(int depth) {
        byte[] bytes = new byte[depth];
        java.util.Arrays.fill(bytes, (byte) 0x91);
        bytes[depth - 1] = (byte) 0x90;
        return bytes;
    }
}
