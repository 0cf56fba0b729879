package io.duet.engineio.codec;

import static io.duet.engineio.codec.GoldenPackets.describe;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every wire form against engine.io-parser 5 (revision 4), engine.io-parser 2.2 (revision 3) and engine.io (JSONP). */
final class GoldenBytesTest {
    private static final String V3 = "engine-v3.json";
    private static final String V4 = "engine-v4.json";
    private static final String JSONP = "jsonp.json";

    @ParameterizedTest
    @ValueSource(strings = {V3, V4, JSONP})
    void filesNameTheirSource(String file) {
        JsonNode golden = GoldenPackets.load(file);

        assertThat(golden.get("package").textValue()).startsWith("engine.io");
        assertThat(golden.get("version").textValue()).matches("\\d+\\.\\d+\\.\\d+");
    }

    @ParameterizedTest
    @MethodSource("packetsV4")
    void encodesOnePacketPollingPayloadsAsRevision4Does(JsonNode golden) {
        assertThat(PollingPayloadV4.encode(List.of(packet(golden)))).isEqualTo(text(golden));
    }

    @ParameterizedTest
    @MethodSource("payloadsV4")
    void encodesPollingPayloadsAsRevision4Does(JsonNode golden) {
        assertThat(PollingPayloadV4.encode(packets(golden))).isEqualTo(text(golden));
    }

    @ParameterizedTest
    @MethodSource("payloadsV4")
    void joinsWhatSessionsShareAsRevision4Does(JsonNode golden) {
        List<byte[]> payloads = packets(golden).stream()
                .map(packet -> OutboundMessage.of(packet).pollingPayload())
                .toList();

        assertThat(new String(PollingPayloadV4.join(payloads), UTF_8)).isEqualTo(text(golden));
    }

    @ParameterizedTest
    @MethodSource("payloadsV4")
    void decodesPollingPayloadsOfRevision4(JsonNode golden) {
        assertThat(describe(PollingPayloadV4.decode(text(golden)))).isEqualTo(describe(packets(golden)));
    }

    @ParameterizedTest
    @MethodSource("refusedV4")
    void refusesPollingPayloadsThatRevision4Refuses(JsonNode golden) {
        assertThatExceptionOfType(EngineProtocolException.class)
                .isThrownBy(() -> PollingPayloadV4.decode(text(golden)));
    }

    @ParameterizedTest
    @MethodSource("payloadsV3")
    void encodesTextPayloadsAsRevision3Does(JsonNode golden) {
        assertThat(PollingPayloadV3.encodeText(packets(golden))).isEqualTo(text(golden));
    }

    @ParameterizedTest
    @MethodSource("payloadsV3")
    void decodesTextPayloadsOfRevision3(JsonNode golden) {
        assertThat(describe(PollingPayloadV3.decodeText(text(golden)))).isEqualTo(describe(packets(golden)));
    }

    @ParameterizedTest
    @MethodSource("payloadsV3")
    void encodesBinaryPayloadsAsRevision3Does(JsonNode golden) {
        assertThat(PollingPayloadV3.encodeBinary(packets(golden))).isEqualTo(GoldenPackets.bytes(golden, "binaryHex"));
    }

    @ParameterizedTest
    @MethodSource("payloadsV3")
    void decodesBinaryPayloadsOfRevision3(JsonNode golden) {
        assertThat(describe(PollingPayloadV3.decodeBinary(GoldenPackets.bytes(golden, "binaryHex"))))
                .isEqualTo(describe(packets(golden)));
    }

    @ParameterizedTest
    @MethodSource("refusedV3")
    void refusesTextPayloadsThatRevision3Refuses(JsonNode golden) {
        assertThatExceptionOfType(EngineProtocolException.class)
                .isThrownBy(() -> PollingPayloadV3.decodeText(text(golden)));
    }

    @ParameterizedTest
    @MethodSource("packetsOfPeers")
    void decodesWebSocketMessagesOfBothRevisions(JsonNode golden, ProtocolRevision revision) {
        EnginePacket decoded = golden.has("webSocketHex")
                ? WebSocketCodec.decodeBinary(GoldenPackets.bytes(golden, "webSocketHex"), revision)
                : WebSocketCodec.decodeText(text(golden), revision);

        assertThat(describe(decoded)).isEqualTo(describe(packet(golden)));
    }

    @ParameterizedTest
    @MethodSource("jsonpWritten")
    void writesJsonpAsEngineIoDoes(JsonNode golden) {
        assertThat(JsonPadding.encode(
                        golden.get("payload").textValue(), golden.get("index").textValue()))
                .isEqualTo(golden.get("script").textValue());
    }

    @ParameterizedTest
    @MethodSource("jsonpRead")
    void readsJsonpFieldsAsEngineIoDoes(JsonNode golden) {
        assertThat(JsonPadding.decode(golden.get("field").textValue()))
                .isEqualTo(golden.get("payload").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"b*", "bAQ=I", "bA", "bAQIDB", "b====", "4a\u001ebAQ ID", "bAQID\n"})
    void refusesBase64ThatNodeRepairsSilently(String payload) {
        assertThatExceptionOfType(EngineProtocolException.class).isThrownBy(() -> PollingPayloadV4.decode(payload));
    }

    @Test
    void decodesBase64WithoutPadding() {
        assertThat(describe(PollingPayloadV4.decode("bAQ"))).containsExactly("Binary[01]");
    }

    @Test
    void refusesTheOpenPacketWhichOnlyServersSend() {
        assertThatExceptionOfType(EngineProtocolException.class)
                .isThrownBy(() -> WebSocketCodec.decodeText("0{}", ProtocolRevision.V4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b1AQID", "b", "bb", "b34"})
    void refusesBase64PacketsOfRevision3ThatAreNoMessage(String packet) {
        assertThatExceptionOfType(EngineProtocolException.class)
                .isThrownBy(() -> PollingPayloadV3.decodeText(packet.length() + ":" + packet));
    }

    @Test
    void refusesBinaryMessagesOfRevision3ThatAreNoMessage() {
        for (byte[] message : new byte[][] {{}, {3}, {'4', 1}, {(byte) 132}}) {
            assertThatExceptionOfType(EngineProtocolException.class)
                    .isThrownBy(() -> WebSocketCodec.decodeBinary(message, ProtocolRevision.V3));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0001",
                "0001ff",
                "000aff34",
                "0002ff34",
                "ff",
                "00ff34",
                "0000ff",
                "0201ff34",
                "0001ff37",
                "0101ff05",
                "0001ff3400",
                "00090909090909090909ff34",
                "0080ff34"
            })
    void refusesBinaryPayloadsWithoutAValidHeader(String hex) {
        byte[] payload = HexFormat.of().parseHex(hex);

        assertThatExceptionOfType(EngineProtocolException.class)
                .isThrownBy(() -> PollingPayloadV3.decodeBinary(payload));
    }

    @Test
    void faultsCarryNoStackTraceAndNothingOfTheMessage() {
        assertThatExceptionOfType(EngineProtocolException.class)
                .isThrownBy(() -> WebSocketCodec.decodeText("zsecret-token", ProtocolRevision.V4))
                .satisfies(fault -> assertThat(fault.getStackTrace()).isEmpty())
                .withMessageNotContaining("secret");
    }

    static Stream<JsonNode> packetsV4() {
        return GoldenPackets.entries(V4, "packets");
    }

    static Stream<JsonNode> payloadsV4() {
        return GoldenPackets.entries(V4, "payloads");
    }

    static Stream<JsonNode> refusedV4() {
        return GoldenPackets.entries(V4, "refused");
    }

    static Stream<JsonNode> payloadsV3() {
        return GoldenPackets.entries(V3, "payloads");
    }

    static Stream<JsonNode> refusedV3() {
        return GoldenPackets.entries(V3, "refused");
    }

    static Stream<JsonNode> jsonpWritten() {
        return GoldenPackets.entries(JSONP, "written");
    }

    static Stream<JsonNode> jsonpRead() {
        return GoldenPackets.entries(JSONP, "read");
    }

    static Stream<Arguments> packetsOfPeers() {
        return Stream.of(ProtocolRevision.V3, ProtocolRevision.V4)
                .flatMap(revision -> GoldenPackets.entries(revision == ProtocolRevision.V4 ? V4 : V3, "packets")
                        .filter(golden -> !(packet(golden) instanceof EnginePacket.Open))
                        .map(golden -> Arguments.of(golden, revision)));
    }

    private static EnginePacket packet(JsonNode golden) {
        return GoldenPackets.packet(golden.get("packet"));
    }

    private static List<EnginePacket> packets(JsonNode golden) {
        return GoldenPackets.packets(golden.get("packets"));
    }

    private static String text(JsonNode golden) {
        return golden.get("text").textValue();
    }
}
