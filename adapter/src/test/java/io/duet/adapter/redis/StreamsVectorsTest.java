package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.redis.ClusterWriter.Nothing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every captured entry and payload of the streams wire, read and written again. */
final class StreamsVectorsTest {
    /** A room that is a number in JavaScript, here text; binary that Node loses; a number of 54 bits, which it writes as a float. */
    private static final List<String> DIFFERENT =
            List.of(" emit-room-numeric", " bin-arraybuffer", " bin-and-specials");

    static Stream<Vectors.Vector> entries() {
        return Vectors.all(Vectors.STREAMS)
                .filter(vector -> vector.json().path("command").asText().equals("XADD"));
    }

    static Stream<Vectors.Vector> sameEntries() {
        return entries().filter(vector -> DIFFERENT.stream().noneMatch(vector.id()::endsWith));
    }

    static Stream<Vectors.Vector> published() {
        return Vectors.withPayload(Vectors.STREAMS)
                .filter(vector -> vector.json().path("command").asText().endsWith("PUBLISH"));
    }

    @Test
    void everyCapturedMessageIsThere() {
        assertThat(entries()).hasSize(80);
        assertThat(published()).hasSize(68);
    }

    @ParameterizedTest
    @MethodSource("sameEntries")
    void writesTheSameEntryFromTheMessage(Vectors.Vector vector) {
        StreamEntry entry = entry(vector);
        ClusterCodec reader = new ClusterCodec(entry.namespace(), "own", new JsonMapper(), Nothing.NULL);
        ClusterMessage message = decode(receiver -> reader.decode("1-1", entry, receiver));

        StreamEntry again =
                new ClusterCodec(entry.namespace(), entry.uid(), new JsonMapper(), Nothing.NULL).entry(message, false);

        assertThat(again).isEqualTo(entry);
    }

    @ParameterizedTest
    @MethodSource("published")
    void writesTheSameBytesFromTheMessage(Vectors.Vector vector) {
        JsonNode tree = vector.decoded();
        String namespace = tree.get("nsp").textValue();
        ClusterCodec reader = new ClusterCodec(namespace, "own", new JsonMapper(), Nothing.NULL);
        ClusterMessage message = decode(receiver -> reader.decode(vector.payload(), receiver));

        byte[] again = new ClusterCodec(namespace, tree.get("uid").textValue(), new JsonMapper(), Nothing.NULL)
                .encodeMessagePack(message);

        assertThat(again).isEqualTo(vector.payload());
    }

    @Test
    void anAnswerOfNothingIsNull() {
        ClusterCodec codec = new ClusterCodec("/", "own", new JsonMapper(), Nothing.NULL);
        ClusterCodec other = new ClusterCodec("/", "other", new JsonMapper(), Nothing.NULL);

        ClusterMessage message = decode(receiver ->
                other.decode(codec.encodeMessagePack(new Response.Acknowledgement("1", Optional.empty())), receiver));

        assertThat(((Response.Acknowledgement) message).value()).isPresent();
    }

    @Test
    void writesBinaryAsTextIfItMust() {
        ClusterCodec codec = new ClusterCodec("/", "own", new JsonMapper(), Nothing.NULL);
        Broadcast broadcast =
                new Broadcast("own", new EventPacket("/", List.of("bin", new byte[] {1, 2})), BroadcastOptions.ALL);

        assertThat(codec.entry(broadcast, true).data())
                .isEqualTo("{\"packet\":{\"type\":2,\"data\":[\"bin\",{\"type\":\"Buffer\",\"data\":[1,2]}]},"
                        + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}}}");
    }

    @ParameterizedTest
    @CsvSource({"x,{}", "'',{}", "3,", "3,[]", "3,{", "3,%%%", "3,gQ==", "2,{}", "99999999999,{}"})
    void refusesWhatIsMalformed(String type, String data) {
        ClusterCodec codec = new ClusterCodec("/", "own", new JsonMapper(), Nothing.NULL);
        StreamEntry entry = new StreamEntry("u", "/", type, data == null ? "" : data);

        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> decode(receiver -> codec.decode("1-1", entry, receiver)));
    }

    @ParameterizedTest
    @CsvSource({"/,3", "/custom,0", "/a,2", "/news,2", "/dyn-8,1", "/orders/private,0", "/\u00fcn\u00efcode,-1"})
    void namesTheStreamAsNodeDoes(String namespace, int number) {
        RedisAdapterOptions options =
                RedisAdapterOptions.builder().streamName("app").streamCount(4).build();

        assertThat(Streams.nameFor(namespace, options)).isEqualTo("app-" + number);
        assertThat(Streams.nameFor(namespace, RedisAdapterOptions.defaults())).isEqualTo("socket.io");
    }

    private static StreamEntry entry(Vectors.Vector vector) {
        Map<String, String> fields = new LinkedHashMap<>();
        vector.json()
                .get("fields")
                .forEach(field ->
                        fields.put(field.get(0).textValue(), field.get(1).textValue()));
        List<String> words = new ArrayList<>();
        fields.forEach((name, value) -> words.addAll(List.of(name, value)));
        return StreamEntry.of(words);
    }

    private interface Decoding {
        void to(Wire.Receiver receiver);
    }

    private static ClusterMessage decode(Decoding decoding) {
        ShardedVectorsTest.Received received = new ShardedVectorsTest.Received();
        decoding.to(received);
        return received.messages.get(0);
    }
}
