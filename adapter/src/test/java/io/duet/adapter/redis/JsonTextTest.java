package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected texts: what {@code JSON.stringify} prints. */
final class JsonTextTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(NODES.numberNode(-0.0), "0"),
                Arguments.of(NODES.numberNode(10.0), "10"),
                Arguments.of(NODES.numberNode(0.5), "0.5"),
                Arguments.of(NODES.numberNode(-1.5), "-1.5"),
                Arguments.of(NODES.numberNode(1.1f), "1.1"),
                Arguments.of(NODES.numberNode(1e20), "100000000000000000000"),
                Arguments.of(NODES.numberNode(123456789012345680000d), "123456789012345680000"),
                Arguments.of(NODES.numberNode(1e21), "1e+21"),
                Arguments.of(NODES.numberNode(-1.25e300), "-1.25e+300"),
                Arguments.of(NODES.numberNode(0.000001), "0.000001"),
                Arguments.of(NODES.numberNode(1e-7), "1e-7"),
                Arguments.of(NODES.numberNode(1.5e-9), "1.5e-9"),
                Arguments.of(NODES.numberNode(5e-324), "5e-324"),
                Arguments.of(NODES.numberNode(2e23), "2e+23"),
                Arguments.of(NODES.numberNode(Double.NaN), "null"),
                Arguments.of(NODES.numberNode(Float.NEGATIVE_INFINITY), "null"),
                Arguments.of(NODES.numberNode(new BigDecimal("1.50")), "1.5"),
                Arguments.of(NODES.numberNode(Long.MIN_VALUE), "-9223372036854775808"),
                Arguments.of(NODES.numberNode(BigInteger.TEN.pow(20)), "100000000000000000000"),
                Arguments.of(
                        NODES.textNode("\u0000\u001f\b\f\n\r\t\"\\/\u007f\u2028\u00e9"),
                        "\"\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\u007f\u2028\u00e9\""),
                Arguments.of(NODES.textNode("\uD800a\uDC00\uD83D\uDE00"), "\"\\ud800a\\udc00\uD83D\uDE00\""),
                Arguments.of(NODES.binaryNode(new byte[] {0, -1}), "{\"type\":\"Buffer\",\"data\":[0,255]}"),
                Arguments.of(date("2026-01-02T03:04:05Z"), "\"2026-01-02T03:04:05.000Z\""),
                Arguments.of(date("2026-01-02T03:04:05.678999Z"), "\"2026-01-02T03:04:05.678Z\""),
                Arguments.of(date("0000-01-01T00:00:00Z"), "\"0000-01-01T00:00:00.000Z\""),
                Arguments.of(date("-0001-01-01T00:00:00Z"), "\"-000001-01-01T00:00:00.000Z\""),
                Arguments.of(date("+12345-01-01T00:00:00Z"), "\"+012345-01-01T00:00:00.000Z\""),
                Arguments.of(date("+1000000-01-01T00:00:00Z"), "null"),
                Arguments.of(NODES.pojoNode(null), "null"),
                Arguments.of(NODES.objectNode().put("b", true).putNull("a"), "{\"b\":true,\"a\":null}"),
                Arguments.of(NODES.arrayNode().add(1).add("x").addArray().addObject(), "{}"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void writesValuesAsJavaScriptWould(JsonNode value, String text) {
        assertThat(new String(JsonText.encode(value), StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}x", "{'a':1}", "{\"a\":NaN}", "{\"a\":01}", "\uFEFF{}"})
    void refusesWhatIsNotJson(String text) {
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> JsonText.decode(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        JsonNode deep = NODES.arrayNode();
        for (int i = 0; i < 100_000; i++) {
            deep = NODES.arrayNode().add(deep);
        }
        JsonNode tooDeep = deep;

        assertThatExceptionOfType(ClusterMessageException.class).isThrownBy(() -> JsonText.encode(tooDeep));
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> JsonText.decode("[".repeat(100_000).getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode date(String text) {
        return NODES.pojoNode(Instant.parse(text));
    }
}
