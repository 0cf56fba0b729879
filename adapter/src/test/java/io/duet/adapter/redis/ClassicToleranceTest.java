package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.msgpack.MessagePack;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is unusual is understood; what is wrong is refused by the one exception, whatever it is. */
final class ClassicToleranceTest {
    /** Acknowledgements are no event; Node would pass it on. */
    private static final String ACK = "tolerance type-3-ack";
    /** Well formed; nobody has asked, which is not the codec's business. */
    private static final String UNKNOWN_REQUEST = "malformed bad-26";

    private final ClassicCodec codec = new ClassicCodec(new JsonMapper());

    static Stream<Vectors.Vector> unusual() {
        return Vectors.withPayload("tolerance")
                .filter(vector -> vector.isClassic() && !vector.id().equals(ACK));
    }

    static Stream<Vectors.Vector> malformed() {
        return Vectors.withPayload("malformed")
                .filter(vector -> vector.isClassic() && !vector.id().equals(UNKNOWN_REQUEST));
    }

    @ParameterizedTest
    @MethodSource("unusual")
    void understandsWhatIsUnusual(Vectors.Vector vector) {
        JsonNode expected = vector.decoded();

        Broadcast broadcast = codec.decodeBroadcast(vector.payload());

        assertThat(MessagePack.decode(vector.payload())).isEqualTo(expected);
        assertThat(broadcast.uid())
                .isEqualTo(expected.get(0).isNull() ? "" : expected.get(0).asText());
        assertThat(broadcast.packet().namespace()).isEqualTo("/");
        assertThat(broadcast.packet().event()).isEqualTo("v");
        List<Object> arguments =
                broadcast.packet().data().subList(1, broadcast.packet().data().size());
        List<Object> expectedArguments = new ArrayList<>();
        expected.get(1).get("data").forEach(expectedArguments::add);
        assertThat(arguments).isEqualTo(expectedArguments.subList(1, expectedArguments.size()));
        assertThat(broadcast.options().rooms())
                .containsExactlyElementsOf(names(expected.get(2).path("rooms")));
        assertThat(broadcast.options().except())
                .containsExactlyElementsOf(names(expected.get(2).path("except")));
        assertThat(broadcast.options().flags()).isEqualTo(BroadcastFlags.NONE);
        assertThat(broadcast.packetId().isPresent()).isEqualTo(expected.get(1).has("id"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWhatIsMalformed(Vectors.Vector vector) {
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> decode(vector.json().path("channel").asText("v3#/#"), vector.payload()))
                .withMessageMatching("(?s).+: .+ \\(expected: .+\\)");
    }

    @Test
    void refusesAnAcknowledgementForABroadcast() {
        byte[] payload = Vectors.withPayload("tolerance")
                .filter(vector -> vector.id().equals(ACK))
                .findAny()
                .orElseThrow()
                .payload();

        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> codec.decodeBroadcast(payload))
                .withMessage("packet.type: 3 (expected: 2)");
    }

    @Test
    void refusesMessagesOfOtherAdaptersOnEveryChannel() {
        Vectors.withPayload("malformed", "tolerance")
                .filter(vector -> !vector.isClassic())
                .forEach(vector -> {
                    tryAll(vector.payload());
                    assertThatExceptionOfType(ClusterMessageException.class)
                            .as(vector.id())
                            .isThrownBy(() -> codec.decodeBroadcast(vector.payload()));
                });
    }

    @Test
    void understandsOrRefusesAnyMutation() {
        mutate(10_000, 20261121);
    }

    @Test
    @Tag("long")
    void understandsOrRefusesManyMutations() {
        mutate(200_000, 20261122);
    }

    private void mutate(int mutations, long seed) {
        List<byte[]> payloads = new ArrayList<>();
        Vectors.withPayload(Vectors.CAPTURED).forEach(vector -> payloads.add(vector.payload()));
        Vectors.withPayload("tolerance", "malformed").forEach(vector -> payloads.add(vector.payload()));
        payloads.removeIf(payload -> payload.length == 0 || payload.length > 300);
        Random random = new Random(seed);

        int understood = 0;
        for (int i = 0; i < mutations; i++) {
            byte[] payload = mutated(payloads, random);
            understood += tryAll(payload) ? 1 : 0;
        }

        assertThat(understood).isBetween(mutations / 10, mutations / 10 * 9);
    }

    /** Whether any decoder takes it. What a decoder takes can be sent on, and is the same when it comes back. */
    private boolean tryAll(byte[] payload) {
        boolean understood = false;
        try {
            Broadcast broadcast = codec.decodeBroadcast(payload);
            understood = true;
            if (!broadcast.uid().isEmpty()) {
                assertThat(codec.decodeBroadcast(codec.encode(broadcast))).isEqualTo(broadcast);
            }
        } catch (ClusterMessageException e) {
            // As it should be.
        }
        try {
            Request request = codec.decodeRequest(payload);
            understood = true;
            codec.encode(request);
        } catch (ClusterMessageException e) {
            // As it should be.
        }
        try {
            codec.encode(codec.decodeResponse(payload));
            return true;
        } catch (ClusterMessageException e) {
            return understood;
        }
    }

    private ClusterMessage decode(String channel, byte[] payload) {
        if (channel.contains("-request#")) {
            return codec.decodeRequest(payload);
        }
        return channel.contains("-response#") ? codec.decodeResponse(payload) : codec.decodeBroadcast(payload);
    }

    private static byte[] mutated(List<byte[]> payloads, Random random) {
        byte[] payload = payloads.get(random.nextInt(payloads.size())).clone();
        int at = random.nextInt(payload.length);
        switch (random.nextInt(4)) {
            case 0 -> payload[at] = (byte) random.nextInt(256);
            case 1 -> payload[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> payload = java.util.Arrays.copyOf(payload, at);
            default -> {
                byte[] other = payloads.get(random.nextInt(payloads.size()));
                int from = random.nextInt(other.length);
                int length = Math.min(Math.min(other.length - from, payload.length - at), 1 + random.nextInt(12));
                System.arraycopy(other, from, payload, at, length);
            }
        }
        return payload;
    }

    private static Set<String> names(JsonNode array) {
        Set<String> names = new java.util.LinkedHashSet<>();
        array.forEach(name -> names.add(name.asText()));
        return names;
    }
}
