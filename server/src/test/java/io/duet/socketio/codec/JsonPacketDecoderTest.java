package io.duet.socketio.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BinaryNode;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what socket.io-parser reads and refuses. */
final class JsonPacketDecoderTest {
    private static final ObjectMapper MAPPER = JsonValues.mapper();

    private final JsonPacketDecoder decoder = new JsonPacketDecoder(MAPPER, JsonPacketDecoder.DEFAULT_MAX_ATTACHMENTS);

    @ParameterizedTest
    @MethodSource("accepted")
    void readsPacketsAsJavaScriptDoes(JsonNode golden) {
        List<SocketPacket> packets = GoldenSocketPackets.decode(golden.get("input"));

        List<SocketPacket> expected = GoldenSocketPackets.elements(golden.get("packets")).stream()
                .map(packet -> GoldenSocketPackets.packet((JsonNode) packet))
                .toList();
        assertThat(GoldenSocketPackets.same(packets, expected) || packets.equals(expected))
                .as("%s and %s", packets, expected)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void readsWhatJavaScriptWrites(JsonNode golden) {
        SocketPacket packet = decoder.text(golden.get("text").textValue()).orElse(null);
        for (JsonNode attachment : golden.get("attachments")) {
            packet = decoder.binary(HexFormat.of().parseHex(attachment.textValue()))
                    .orElse(null);
        }

        SocketPacket expected = GoldenSocketPackets.packet(golden.get("packet"));
        assertThat(GoldenSocketPackets.same(packet, expected))
                .as("%s and %s", packet, expected)
                .isTrue();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("refused")
    void refusesWhatJavaScriptRefuses(String fault, JsonNode input) {
        assertThatExceptionOfType(SocketProtocolException.class)
                .isThrownBy(() -> GoldenSocketPackets.decode(input))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("acceptedByJavaScriptOnly")
    void refusesOnPurposeWhatJavaScriptAccepts(String what, JsonNode input) {
        assertThatExceptionOfType(SocketProtocolException.class).isThrownBy(() -> GoldenSocketPackets.decode(input));
    }

    @Test
    void readsAnAckIdOf15Digits() {
        assertThat(decoder.text("2999999999999999[\"a\"]"))
                .hasValueSatisfying(
                        packet -> assertThat(((SocketPacket.Event) packet).id()).isEqualTo(999_999_999_999_999L));
    }

    @Test
    void takesNoSpaceForAnAckIdAsJavaScriptDoes() {
        assertThat(decoder.text("2 [\"a\"]"))
                .hasValueSatisfying(
                        packet -> assertThat(((SocketPacket.Event) packet).id()).isEqualTo(SocketPacket.NO_ID));
    }

    @Test
    void readsIntegersBeyond2To53Exactly() {
        SocketPacket.Event event =
                (SocketPacket.Event) decoder.text("2[\"a\",9007199254740993,123456789012345678901234567890]")
                        .orElseThrow();

        assertThat(event.data())
                .extracting(Object::toString)
                .containsExactly("\"a\"", "9007199254740993", "123456789012345678901234567890");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100})
    void acceptsAsManyAttachmentsAsConfigured(int limit) {
        JsonPacketDecoder limited = new JsonPacketDecoder(MAPPER, limit);

        assertThatCode(() -> limited.text("5" + limit + "-[\"a\"]")).doesNotThrowAnyException();
        assertThatExceptionOfType(SocketProtocolException.class)
                .isThrownBy(() -> new JsonPacketDecoder(MAPPER, limit).text("5" + (limit + 1) + "-[\"a\"]"))
                .withMessage("attachments: " + (limit + 1) + " (expected: 1 to " + limit + ")");
    }

    @Test
    void packetsWithAttachmentsComeOnlyWhenTheLastOneHasCome() {
        assertThat(decoder.text("52-[\"a\"]")).isEmpty();
        assertThat(decoder.binary(new byte[] {1})).isEmpty();
        assertThat(decoder.binary(new byte[] {2})).isPresent();
    }

    @Test
    void attachmentsAreNotCopied() {
        byte[] bytes = {1, 2, 3};
        decoder.text("51-[\"a\",{\"_placeholder\":true,\"num\":0}]");

        SocketPacket.Event event = (SocketPacket.Event) decoder.binary(bytes).orElseThrow();

        assertThat(event.data().get(1)).isInstanceOfSatisfying(BinaryNode.class, node -> assertThat(node.binaryValue())
                .isSameAs(bytes));
    }

    /** JavaScript hands out the same one, however often; what is sent on would be as long as the sender likes. */
    @Test
    void aLargeAttachmentIsNotRepeatedAtWill() {
        String placeholder = ",{\"_placeholder\":true,\"num\":0}";
        decoder.text("51-[\"a\"" + placeholder.repeat(3) + "]");
        byte[] half = new byte[1 << 19];
        assertThat(decoder.binary(half)).isPresent();

        decoder.text("51-[\"a\"" + placeholder.repeat(4) + "]");

        assertThatExceptionOfType(SocketProtocolException.class)
                .isThrownBy(() -> decoder.binary(half))
                .withMessage("placeholder (expected: at most 1 MB of repeated attachments)");
    }

    @Test
    void faultsTellNothingOfThePayload() {
        assertThatExceptionOfType(SocketProtocolException.class)
                .isThrownBy(() -> decoder.text("0{\"token\":\"secret\""))
                .withMessageNotContaining("secret");
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void packetsCutAnywhereAreReadOrRefused(JsonNode golden) {
        String text = golden.get("text").textValue();

        IntStream.range(0, text.length()).forEach(cut -> {
            readsOrRefuses(text.substring(0, cut));
            readsOrRefuses(text.substring(cut));
        });
    }

    static Stream<JsonNode> accepted() {
        return GoldenSocketPackets.entries("accepted");
    }

    /** Without those that only servers send. */
    static Stream<JsonNode> encoded() {
        return GoldenSocketPackets.entries("encode")
                .filter(golden -> golden.get("packet").get("type").intValue() != 4);
    }

    static Stream<Arguments> refused() {
        return GoldenSocketPackets.entries("refused")
                .map(golden -> Arguments.of(golden.get("fault").textValue(), golden.get("input")));
    }

    static Stream<Arguments> acceptedByJavaScriptOnly() {
        return GoldenSocketPackets.entries("acceptedByJavaScriptOnly")
                .map(golden -> Arguments.of(golden.get("what").textValue(), golden.get("input")));
    }

    private static void readsOrRefuses(String text) {
        try {
            new JsonPacketDecoder(MAPPER, 10).text(text);
        } catch (SocketProtocolException e) {
            // The other allowed outcome.
        }
    }
}
