package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Node's streams emitter was seen to append, appended by the same calls in Java. */
final class StreamsEmitterTest {
    /** The captured calls in Java, by the id of their vector. */
    private static final Map<String, Consumer<Emitter>> CALLS = calls();

    private final FakeBus bus = new FakeBus();

    /** But for the name of a namespace without its slash, which Node leaves as it is, and reaches nobody. */
    static Stream<Vectors.Vector> captured() {
        return Vectors.all("streams-emitter").filter(vector -> !vector.id().endsWith(" of-no-slash"));
    }

    @Test
    void everyCapturedCallIsMade() {
        assertThat(captured()).hasSize(12).extracting(StreamsEmitterTest::call).doesNotContainNull();
    }

    @ParameterizedTest
    @MethodSource("captured")
    void appendsWhatNodesEmitterAppends(Vectors.Vector vector) {
        call(vector).accept(emitter(RedisAdapterOptions.defaults()));

        assertThat(bus.published).isEmpty();
        assertThat(bus.appended).singleElement().satisfies(command -> assertThat(words(command))
                .isEqualTo(words(vector)));
    }

    @Test
    void aNamespaceHasItsSlash() {
        emitter(RedisAdapterOptions.defaults()).of("custom").emit("hello");

        assertThat(words(bus.appended.get(0))).containsSequence("nsp", "/custom");
    }

    @Test
    void flagsAreOfEventsOnly() {
        emitter(RedisAdapterOptions.defaults()).asVolatile().compress(true).socketsJoin("a");

        assertThat(words(bus.appended.get(0)))
                .last()
                .isEqualTo("{\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}},\"rooms\":[\"a\"]}");
    }

    @ParameterizedTest
    @CsvSource({"/,app-3", "/custom,app-0", "/\u00fcn\u00efcode,app--1"})
    void appendsToTheStreamThatServersReadForTheNamespace(String namespace, String stream) {
        Emitter emitter = emitter(RedisAdapterOptions.builder()
                .streamName("app")
                .streamCount(4)
                .maxLen(77)
                .build());

        emitter.of(namespace).emit("hello");

        assertThat(words(bus.appended.get(0))).startsWith(stream, "MAXLEN", "~", "77", "*");
    }

    @Test
    void writesBinaryAsTextIfItMust() {
        emitter(RedisAdapterOptions.builder().onlyPlaintext(true).build()).serverSideEmit("bin", new byte[] {1, 2});

        assertThat(words(bus.appended.get(0)))
                .last()
                .isEqualTo("{\"packet\":[\"bin\",{\"type\":\"Buffer\",\"data\":[1,2]}]}");
    }

    private Emitter emitter(RedisAdapterOptions options) {
        return Emitter.streams(bus, options);
    }

    private static List<String> words(Outgoing command) {
        return command.words().stream().map(Object::toString).toList();
    }

    private static List<String> words(Vectors.Vector vector) {
        List<String> words = new ArrayList<>();
        words.add(vector.json().get("stream").textValue());
        vector.json().get("prefixArgs").forEach(word -> words.add(word.textValue()));
        vector.json().get("fields").forEach(field -> field.forEach(word -> words.add(word.textValue())));
        return words;
    }

    private static Consumer<Emitter> call(Vectors.Vector vector) {
        return CALLS.get(vector.json().get("id").textValue());
    }

    private static Map<String, Consumer<Emitter>> calls() {
        Map<String, Object> dateAndNothing = new LinkedHashMap<>();
        dateAndNothing.put("d", Instant.ofEpochMilli(1700000000123L));
        dateAndNothing.put("u", null);
        Map<String, Consumer<Emitter>> calls = new HashMap<>();
        calls.put("emit", io -> io.emit("hello", "world"));
        calls.put("emit-room", io -> io.to("r1").emit("hello", 1));
        calls.put("emit-rooms-except", io -> io.to("r1", "r2").except("r2").emit("hello", 2));
        calls.put("emit-volatile", io -> io.asVolatile().emit("hello", 4));
        calls.put("emit-compress", io -> io.compress(false).emit("hello", 5));
        calls.put("emit-binary", io -> io.emit("hello", new byte[] {1, 2, -1}, dateAndNothing));
        calls.put("of", io -> io.of("/custom").emit("hello", 6));
        calls.put("join", io -> io.in("r1").except("r2").socketsJoin("e1", "e2"));
        calls.put("leave", io -> io.socketsLeave("e1"));
        calls.put("sse", io -> io.serverSideEmit("hello", 1, Map.of("two", 2)));
        calls.put("sse-bin", io -> io.serverSideEmit("hello", new byte[] {1}));
        calls.put("disconnect", io -> io.in("r2").disconnectSockets(true));
        return calls;
    }
}
