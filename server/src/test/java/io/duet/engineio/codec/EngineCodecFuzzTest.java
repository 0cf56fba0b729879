package io.duet.engineio.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.Mutations;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** 500,000 mutated or random inputs, the same in each run, and random packets there and back. */
final class EngineCodecFuzzTest {
    private static final int CASES = 100_000;
    private static final int ROUND_TRIPS = 10_000;
    private static final String ALPHABET = "0123456789b:=\u001e+/AQx\"{}\\n,-";

    private final List<byte[]> binaries = GoldenPackets.entries("engine-v3.json", "payloads")
            .map(golden -> GoldenPackets.bytes(golden, "binaryHex"))
            .filter(bytes -> bytes.length < 200)
            .toList();

    @Test
    void textOfRevision4IsDecodedOrRefused() {
        texts(1, "engine-v4.json", "payloads", PollingPayloadV4::decode);
    }

    @Test
    void textOfRevision3IsDecodedOrRefused() {
        texts(2, "engine-v3.json", "payloads", PollingPayloadV3::decodeText);
    }

    @Test
    void webSocketTextIsDecodedOrRefused() {
        texts(3, "engine-v4.json", "packets", text -> WebSocketCodec.decodeText(text, ProtocolRevision.V4));
    }

    @Test
    void bytesOfRevision3AreDecodedOrRefused() {
        bytes(4, PollingPayloadV3::decodeBinary);
    }

    @Test
    void webSocketBytesOfRevision3AreDecodedOrRefused() {
        bytes(5, message -> WebSocketCodec.decodeBinary(message, ProtocolRevision.V3));
    }

    @Test
    void whatIsEncodedDecodesToTheSame() {
        Random random = new Random(6);
        for (int i = 0; i < ROUND_TRIPS; i++) {
            List<EnginePacket> packets = packets(random);
            List<String> expected = GoldenPackets.describe(packets);

            assertThat(GoldenPackets.describe(PollingPayloadV4.decode(PollingPayloadV4.encode(packets))))
                    .isEqualTo(expected);
            assertThat(GoldenPackets.describe(PollingPayloadV3.decodeText(PollingPayloadV3.encodeText(packets))))
                    .isEqualTo(expected);
            assertThat(GoldenPackets.describe(PollingPayloadV3.decodeBinary(PollingPayloadV3.encodeBinary(packets))))
                    .isEqualTo(expected);
        }
    }

    private static void texts(long seed, String file, String section, Function<String, ?> decoder) {
        List<String> texts = GoldenPackets.entries(file, section)
                .map(golden -> golden.get("text").textValue())
                .filter(text -> text.length() < 200)
                .toList();
        Mutations mutations = new Mutations(seed, ALPHABET);
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            String input = mutations.text(texts);
            refused += isRefused(decoder, input, input);
        }
        assertThat(refused).isBetween(CASES / 50, CASES - CASES / 100);
    }

    private void bytes(long seed, Function<byte[], ?> decoder) {
        Mutations mutations = new Mutations(seed, ALPHABET);
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] input = mutations.bytes(binaries);
            refused += isRefused(decoder, input, HexFormat.of().formatHex(input));
        }
        assertThat(refused).isBetween(CASES / 50, CASES - CASES / 100);
    }

    private static <T> int isRefused(Function<T, ?> decoder, T input, String shown) {
        try {
            Object packets = decoder.apply(input);
            assertThat(packets).isNotNull();
            return 0;
        } catch (EngineProtocolException e) {
            return 1;
        } catch (RuntimeException | Error e) {
            throw new AssertionError("neither decoded nor refused: " + shown, e);
        }
    }

    private static List<EnginePacket> packets(Random random) {
        List<EnginePacket> packets = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            packets.add(packet(random));
        }
        return packets;
    }

    private static EnginePacket packet(Random random) {
        switch (random.nextInt(7)) {
            case 0 -> {
                return new EnginePacket.Ping(text(random));
            }
            case 1 -> {
                return new EnginePacket.Pong(text(random));
            }
            case 2 -> {
                return List.of(new EnginePacket.Close(), new EnginePacket.Upgrade(), new EnginePacket.Noop())
                        .get(random.nextInt(3));
            }
            case 3, 4 -> {
                byte[] bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
                return new EnginePacket.Binary(bytes);
            }
            default -> {
                return new EnginePacket.Text(text(random));
            }
        }
    }

    /** Any text without the separator of revision 4 and without halves of characters, which have no UTF-8. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            int codePoint = random.nextInt(random.nextBoolean() ? 0x80 : 0x110000);
            if (codePoint != 0x1e && (codePoint < 0xd800 || codePoint > 0xdfff)) {
                text.appendCodePoint(codePoint);
            }
        }
        return text.toString();
    }
}
