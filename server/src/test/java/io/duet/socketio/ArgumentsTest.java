package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.duet.socketio.codec.JsonPacketDecoder;
import io.duet.socketio.codec.JsonValues;
import io.duet.socketio.codec.SocketPacket;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ArgumentsTest {
    @Test
    void numbersAreTheFirstClassThatHoldsThemExactly() {
        Arguments arguments = received("[\"e\",1,2147483648,9007199254740993,123456789012345678901234567890,1.5,1e3]");

        assertThat(arguments.toList())
                .containsExactly(
                        "e",
                        1,
                        2147483648L,
                        9007199254740993L,
                        new BigInteger("123456789012345678901234567890"),
                        1.5,
                        1000.0);
    }

    @Test
    void valuesComeAsPlainJava() {
        Arguments arguments = received("[\"e\",{\"a\":[1,null,{\"b\":true}]},null,\"text\",[]]");

        assertThat(arguments.size()).isEqualTo(5);
        assertThat(arguments.toList())
                .containsExactly("e", Map.of("a", Arrays.asList(1, null, Map.of("b", true))), null, "text", List.of());
    }

    @Test
    void binaryComesAsBytesAtAnyDepth() {
        byte[] bytes = {1, 2};
        JsonNode nested = JsonValues.mapper().createObjectNode().set("image", BinaryNode.valueOf(bytes));
        Arguments arguments = Arguments.of(List.of(BinaryNode.valueOf(bytes), nested), JsonValues.mapper());

        assertThat(arguments.get(0, byte[].class)).isEqualTo(bytes);
        assertThat(arguments.toList().get(0)).isEqualTo(bytes);
        assertThat(arguments.get(1, Picture.class).image()).isEqualTo(bytes);
        assertThat(((Map<?, ?>) arguments.toList().get(1)).get("image")).isEqualTo(bytes);
    }

    @Test
    void valuesComeAsObjectsOfAClass() {
        Arguments arguments = received("[\"e\",{\"text\":\"hi\",\"at\":\"2023-11-14T22:13:20.000Z\",\"unknown\":1}]");

        assertThat(arguments.get(1, Message.class)).isEqualTo(new Message("hi", Instant.ofEpochSecond(1_700_000_000L)));
        assertThat(arguments.get(1, JsonNode.class)).isSameAs(arguments.json(1));
    }

    @Test
    void nothingIsBeyondTheLastValue() {
        Arguments arguments = received("[\"e\",null]");

        assertThat(arguments.get(1, String.class)).isNull();
        assertThat(arguments.get(2, String.class)).isNull();
        assertThat(arguments.get(99, Message.class)).isNull();
        assertThat(arguments.json(1).isNull()).isTrue();
        assertThat(arguments.json(2).isMissingNode()).isTrue();
    }

    @Test
    void valuesThatDoNotFitAreNamedWithoutTheirContent() {
        Arguments arguments = received("[\"e\",{\"token\":\"secret\"}]");

        assertThatExceptionOfType(Arguments.MismatchException.class)
                .isThrownBy(() -> arguments.get(1, Integer.class))
                .withMessage("argument 1: OBJECT (expected: java.lang.Integer)");
    }

    @Test
    void treesAreSentOnAsTheyCame() {
        JsonNode tree = TextNode.valueOf("x");

        assertThat(Arguments.of(Arrays.asList(tree, null, 5), JsonValues.mapper())
                        .toArray())
                .hasSize(3)
                .startsWith(tree)
                .extracting(Object::toString)
                .containsExactly("\"x\"", "null", "5");
    }

    @Test
    void showNothingOfTheirContent() {
        assertThat(received("[\"secret\",1]")).hasToString("2 arguments");
    }

    private static Arguments received(String json) {
        SocketPacket.Event event = (SocketPacket.Event)
                new JsonPacketDecoder(JsonValues.mapper(), 10).text("2" + json).orElseThrow();
        return Arguments.of(event.data(), JsonValues.mapper());
    }

    /** A class of a user. */
    public record Message(String text, Instant at) {}

    /** A class of a user, with binary in it. */
    public record Picture(byte[] image) {}
}
