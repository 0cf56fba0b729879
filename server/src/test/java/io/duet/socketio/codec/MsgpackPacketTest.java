package io.duet.socketio.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.POJONode;
import io.duet.adapter.msgpack.MessagePack;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what socket.io-msgpack-parser writes, reads and refuses. */
final class MsgpackPacketTest {
    private static final String FILE = "msgpack-packets.json";
    private static final ObjectMapper MAPPER = JsonValues.mapper();

    private final Parser.Encoder encoder = Parser.MSGPACK.encoder(MAPPER);
    private final Parser.Decoder decoder = Parser.MSGPACK.decoder(MAPPER, 1);

    @ParameterizedTest
    @MethodSource("encoded")
    void writesTheBytesOfJavaScript(JsonNode golden) {
        EncodedPacket encoded = encoder.encode(GoldenSocketPackets.packet(golden.get("packet")));

        assertThat(encoded.text()).isNull();
        assertThat(encoded.binaries()).singleElement().satisfies(bytes -> assertThat(
                        HexFormat.of().formatHex(bytes))
                .isEqualTo(golden.get("hex").textValue()));
    }

    @Test
    void writesJavaValuesAtAnyDepth() {
        Map<String, Object> value =
                Map.of("b", new byte[] {1}, "at", new Date(5), "also", ByteBuffer.wrap(new byte[1]));

        EncodedPacket encoded =
                encoder.encode(new SocketPacket.Event("/", 3, Arrays.asList("e", List.of(value), null)));

        JsonNode data = MessagePack.decode(encoded.binaries().get(0)).get("data");
        assertThat(data.size()).isEqualTo(3);
        assertThat(data.get(1).get(0).get("b").isBinary()).isTrue();
        assertThat(data.get(1).get(0).get("also").isBinary()).isTrue();
        assertThat(data.get(1).get(0).get("at")).isEqualTo(new POJONode(Instant.ofEpochMilli(5)));
        assertThat(data.get(2).isNull()).isTrue();
    }

    @Test
    void refusesValuesThatItCannotWrite() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> encoder.encode(new SocketPacket.Event("/", 3, List.of("e", new Object()))));
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void readsWhatJavaScriptWrites(JsonNode golden) {
        // The server's own packet: no client may send it.
        if (golden.get("packet").get("type").intValue() != 4) {
            assertReads(golden);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void readsWhatJavaScriptReads(String name, JsonNode golden) {
        assertReads(golden);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesWhatJavaScriptRefuses(String name, JsonNode golden) {
        assertRefused(bytes(golden));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("acceptedByJavaScriptOnly")
    void refusesOnPurposeWhatJavaScriptAccepts(String name, JsonNode golden) {
        assertRefused(bytes(golden));
    }

    @Test
    void refusesText() {
        assertThatExceptionOfType(SocketProtocolException.class).isThrownBy(() -> decoder.text("2[\"e\"]"));
    }

    @Test
    void refusesPacketsThatEndEarly() {
        GoldenSocketPackets.entries(FILE, "encoded")
                .map(MsgpackPacketTest::bytes)
                .forEach(whole -> {
                    for (int length = 0; length < whole.length; length++) {
                        assertRefused(Arrays.copyOf(whole, length));
                    }
                });
    }

    @Test
    void knowsNoOtherFaultThanItsOwn() {
        Random random = new Random(20_261_122);
        byte[] packet =
                bytes(GoldenSocketPackets.entries(FILE, "encoded").toList().get(7));
        for (int round = 0; round < 20_000; round++) {
            byte[] changed = packet.clone();
            for (int i = 0; i < 3; i++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                decoder.binary(changed);
            } catch (SocketProtocolException expected) {
                assertThat(expected.getStackTrace()).isEmpty();
            }
        }
    }

    static Stream<JsonNode> encoded() {
        return GoldenSocketPackets.entries(FILE, "encoded");
    }

    static Stream<Arguments> accepted() {
        return named("accepted");
    }

    static Stream<Arguments> refused() {
        return named("refused");
    }

    static Stream<Arguments> acceptedByJavaScriptOnly() {
        return named("acceptedByJavaScriptOnly");
    }

    private static Stream<Arguments> named(String section) {
        return GoldenSocketPackets.entries(FILE, section)
                .map(golden -> Arguments.of(golden.get("name").textValue(), golden));
    }

    private void assertReads(JsonNode golden) {
        SocketPacket packet = decoder.binary(bytes(golden)).orElseThrow();

        SocketPacket expected = GoldenSocketPackets.packet(golden.get("packet"));
        assertThat(GoldenSocketPackets.same(packet, expected) || packet.equals(expected))
                .as("%s and %s", packet, expected)
                .isTrue();
    }

    private void assertRefused(byte[] bytes) {
        assertThatExceptionOfType(SocketProtocolException.class)
                .isThrownBy(() -> decoder.binary(bytes))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }

    private static byte[] bytes(JsonNode golden) {
        return HexFormat.of().parseHex(golden.get("hex").textValue());
    }
}
