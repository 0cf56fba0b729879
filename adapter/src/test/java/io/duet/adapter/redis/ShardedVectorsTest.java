package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.BusStatistics.Discard;
import io.duet.adapter.EventPacket;
import io.duet.adapter.redis.ClusterWriter.Nothing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every captured payload of the sharded wire, read and written again. */
final class ShardedVectorsTest {
    /** A room that is a number in JavaScript; here it is text. */
    private static final String NUMBERED_ROOM = " emit-room-numeric";

    static Stream<Vectors.Vector> captured() {
        return Vectors.withPayload(Vectors.SHARDED);
    }

    static Stream<Vectors.Vector> messages() {
        return captured().filter(vector -> !vector.id().endsWith(NUMBERED_ROOM));
    }

    static Stream<Vectors.Vector> malformed() {
        return Vectors.withPayload("malformed").filter(vector -> vector.isOf("sharded"));
    }

    @Test
    void everyCapturedPayloadIsThere() {
        assertThat(captured()).hasSize(35 * 3 + 81 + 40);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void writesTheSameBytesFromTheMessage(Vectors.Vector vector) {
        JsonNode tree = vector.decoded();
        String namespace = tree.get("nsp").textValue();
        ClusterMessage message =
                decode(new ClusterCodec(namespace, "own", new JsonMapper(), Nothing.ABSENT), vector.payload());

        byte[] again = new ClusterCodec(namespace, tree.get("uid").textValue(), new JsonMapper(), Nothing.ABSENT)
                .encode(message);

        assertThat(again).isEqualTo(vector.payload());
    }

    @ParameterizedTest
    @MethodSource("captured")
    void leavesOutItsOwn(Vectors.Vector vector) {
        String uid = vector.decoded().get("uid").textValue();
        Received received = new Received();

        new ClusterCodec("/", uid, new JsonMapper(), Nothing.ABSENT).decode(vector.payload(), received);

        assertThat(received.messages).isEmpty();
    }

    @Test
    void refusesWhatIsOfAnotherNamespaceOrOfNone() {
        ClusterCodec codec = new ClusterCodec("/", "own", new JsonMapper(), Nothing.ABSENT);
        String packet =
                "\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"v\"]},\"opts\":{\"rooms\":[]}},\"uid\":\"u\"";

        assertThat(decode(codec, ("{" + packet + ",\"nsp\":\"/\"}").getBytes())).isInstanceOf(Broadcast.class);
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> decode(codec, ("{" + packet + ",\"nsp\":\"/other\"}").getBytes()));
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> decode(codec, ("{" + packet + "}").getBytes()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 13, 14, -1})
    void refusesTypesThatNobodySays(int type) {
        byte[] payload = ("{\"type\":" + type + ",\"data\":{},\"uid\":\"u\",\"nsp\":\"/\"}").getBytes();

        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> decode(new ClusterCodec("/", "own", new JsonMapper(), Nothing.ABSENT), payload))
                .withMessage("type: " + type + " (expected: 3 to 12)");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWhatIsMalformed(Vectors.Vector vector) {
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(
                        () -> decode(new ClusterCodec("/", "own", new JsonMapper(), Nothing.ABSENT), vector.payload()))
                .withMessageMatching("(?s).+: .+ \\(expected: .+\\)");
    }

    @Test
    void refusesToSayWhatHasNoFormHere() {
        ClusterCodec codec = new ClusterCodec("/", "own", new JsonMapper(), Nothing.ABSENT);

        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> codec.encode(new Request.AllRooms("own", "1")));
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> codec.encode(new Response.Rooms("1", Set.of())));
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> codec.encode(
                        new Broadcast("own", new EventPacket("/", List.of("e", new Object())), BroadcastOptions.ALL)));
    }

    /** What is understood can be sent on, and is the same when it comes back. */
    @Test
    void understandsOrRefusesAnyMutation() {
        List<byte[]> payloads = new ArrayList<>();
        captured()
                .map(Vectors.Vector::payload)
                .filter(payload -> payload.length < 300)
                .forEach(payloads::add);
        ClusterCodec codec = new ClusterCodec("/", "own", new JsonMapper(), Nothing.ABSENT);
        ClusterCodec other = new ClusterCodec("/", "other", new JsonMapper(), Nothing.ABSENT);
        Random random = new Random(20261122);
        int understood = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] payload = payloads.get(random.nextInt(payloads.size())).clone();
            payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
            ClusterMessage message;
            try {
                message = decode(codec, payload);
            } catch (ClusterMessageException e) {
                continue;
            }
            understood++;
            assertThat(decode(other, codec.encode(message)).getClass()).isEqualTo(message.getClass());
        }
        assertThat(understood).isBetween(1000, 9000);
    }

    private static ClusterMessage decode(ClusterCodec codec, byte[] payload) {
        Received received = new Received();
        codec.decode(payload, received);
        return received.messages.get(0);
    }

    static final class Received implements Wire.Receiver {
        final List<ClusterMessage> messages = new ArrayList<>();

        @Override
        public void onBroadcast(Broadcast broadcast, String id) {
            messages.add(broadcast);
        }

        @Override
        public void onRequest(Request request) {
            messages.add(request);
        }

        @Override
        public void onResponse(Response response) {
            messages.add(response);
        }

        @Override
        public void onUseless(Discard why) {
            // Only what is of use is compared.
        }
    }
}
