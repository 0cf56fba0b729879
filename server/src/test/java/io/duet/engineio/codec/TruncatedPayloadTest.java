package io.duet.engineio.codec;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real payloads cut anywhere, at both ends: they decode or fail as the protocol's fault, in no other way. */
final class TruncatedPayloadTest {
    @ParameterizedTest
    @MethodSource("payloadsV4")
    void textOfRevision4CutAnywhereDecodesOrIsRefused(JsonNode golden) {
        String payload = golden.get("text").textValue();

        for (int i = 0; i <= payload.length(); i++) {
            int cut = i;
            decodesOrIsRefused(() -> PollingPayloadV4.decode(payload.substring(0, cut)));
            decodesOrIsRefused(() -> PollingPayloadV4.decode(payload.substring(cut)));
        }
    }

    @ParameterizedTest
    @MethodSource("payloadsV3")
    void textOfRevision3CutAnywhereDecodesOrIsRefused(JsonNode golden) {
        String payload = golden.get("text").textValue();

        for (int i = 0; i <= payload.length(); i++) {
            int cut = i;
            decodesOrIsRefused(() -> PollingPayloadV3.decodeText(payload.substring(0, cut)));
            decodesOrIsRefused(() -> PollingPayloadV3.decodeText(payload.substring(cut)));
        }
    }

    @ParameterizedTest
    @MethodSource("payloadsV3")
    void bytesOfRevision3CutAnywhereDecodeOrAreRefused(JsonNode golden) {
        byte[] payload = GoldenPackets.bytes(golden, "binaryHex");

        for (int i = 0; i <= payload.length; i++) {
            int cut = i;
            decodesOrIsRefused(() -> PollingPayloadV3.decodeBinary(Arrays.copyOf(payload, cut)));
            decodesOrIsRefused(() -> PollingPayloadV3.decodeBinary(Arrays.copyOfRange(payload, cut, payload.length)));
        }
    }

    @ParameterizedTest
    @MethodSource("webSocketMessages")
    void webSocketMessagesCutAnywhereDecodeOrAreRefused(JsonNode golden) {
        if (golden.has("webSocketHex")) {
            byte[] message = GoldenPackets.bytes(golden, "webSocketHex");
            for (int i = 0; i <= message.length; i++) {
                byte[] cut = Arrays.copyOf(message, i);
                decodesOrIsRefused(() -> WebSocketCodec.decodeBinary(cut, ProtocolRevision.V3));
                assertThatCode(() -> WebSocketCodec.decodeBinary(cut, ProtocolRevision.V4))
                        .doesNotThrowAnyException();
            }
        }
        String text = golden.get("text").textValue();
        for (int i = 0; i <= text.length(); i++) {
            String cut = text.substring(0, i);
            decodesOrIsRefused(() -> WebSocketCodec.decodeText(cut, ProtocolRevision.V4));
        }
    }

    static Stream<JsonNode> payloadsV4() {
        return GoldenPackets.entries("engine-v4.json", "payloads");
    }

    static Stream<JsonNode> payloadsV3() {
        return GoldenPackets.entries("engine-v3.json", "payloads");
    }

    static Stream<JsonNode> webSocketMessages() {
        return GoldenPackets.entries("engine-v3.json", "packets");
    }

    private static void decodesOrIsRefused(Runnable decoding) {
        try {
            decoding.run();
        } catch (EngineProtocolException e) {
            // The other allowed outcome.
        } catch (RuntimeException | Error e) {
            fail("neither decoded nor refused", e);
        }
    }
}
