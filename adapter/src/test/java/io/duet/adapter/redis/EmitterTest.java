package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Node's emitter was seen to publish, published by the same calls in Java. */
final class EmitterTest {
    private static final Instant FOURTEENTH = Instant.ofEpochMilli(1700000000123L);

    /** The captured calls in Java, by the id of their vector. */
    private static final Map<String, Consumer<Emitter>> CALLS = calls();

    private final FakeBus bus = new FakeBus();
    private final List<FakeBus.Published> published = bus.published;

    /** But for the one that asks for an acknowledgement: in Java nothing does. */
    static Stream<Vectors.Vector> captured() {
        return Vectors.all("emitter", "emitter-key")
                .filter(vector -> !vector.id().equals("emitter sse-ack"));
    }

    @Test
    void everyCapturedCallIsMade() {
        assertThat(captured()).hasSize(24 + 2).extracting(EmitterTest::call).doesNotContainNull();
    }

    @ParameterizedTest
    @MethodSource("captured")
    void publishesWhatNodesEmitterPublishes(Vectors.Vector vector) {
        String key = vector.id().startsWith("emitter-key ") ? "myapp" : RedisAdapterOptions.DEFAULT_KEY;
        Emitter emitter = emitter(RedisAdapterOptions.builder().key(key).build());

        if (vector.json().get("command").isNull()) {
            assertThatIllegalArgumentException().isThrownBy(() -> call(vector).accept(emitter));
            assertThat(published).isEmpty();
        } else {
            call(vector).accept(emitter);

            assertThat(published).singleElement().satisfies(message -> {
                assertThat(message.channel()).isEqualTo(vector.channel());
                assertThat(message.payload()).isEqualTo(vector.payload());
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "connection", "new_namespace"})
    void refusesServerSideEventsThatWouldConfuseAServer(String event) {
        Emitter emitter = emitter(RedisAdapterOptions.defaults());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> emitter.serverSideEmit(event))
                .withMessageStartingWith("event: " + event);

        assertThat(published).isEmpty();
    }

    @Test
    void targetsOfOneEmitterAreNotThoseOfAnother() {
        Emitter all = emitter(RedisAdapterOptions.defaults());
        Emitter room = all.to("a");

        room.except("b").asVolatile().emit("e");
        room.to("c", "a").emit("e");
        room.of("/other").emit("e");
        all.emit("e");

        assertThat(published)
                .extracting(FakeBus.Published::channel)
                .containsExactly("socket.io#/#a#", "socket.io#/#", "socket.io#/other#", "socket.io#/#");
    }

    @Test
    void writesArgumentsByTheGivenMapper() {
        JsonMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();

        emitter(RedisAdapterOptions.defaults()).mapper(mapper).of("/a").serverSideEmit("e", new Named(1));

        assertThat(published)
                .singleElement()
                .satisfies(message -> assertThat(message.payload()).asString().contains("{\"first_name\":1}"));
    }

    @Test
    void waitsWithTheEndForWhatIsStillOnItsWay() {
        emitter(RedisAdapterOptions.builder()
                        .maxPublishWait(Duration.ofSeconds(7))
                        .build())
                .to("a")
                .close();

        assertThat(bus.closedWithin).isEqualTo(Duration.ofSeconds(7));
    }

    private Emitter emitter(RedisAdapterOptions options) {
        return Emitter.classic(bus, options);
    }

    private static Consumer<Emitter> call(Vectors.Vector vector) {
        String call = vector.json().get("id").textValue();
        // The id of a client of the capture.
        return call.equals("emit-sid")
                ? emitter -> emitter.to(vector.decoded().at("/2/rooms/0").textValue())
                        .emit("hello", 3)
                : CALLS.get(call);
    }

    private static Map<String, Consumer<Emitter>> calls() {
        Map<String, Consumer<Emitter>> calls = new HashMap<>();
        calls.put("emit", io -> io.emit("hello", "world"));
        calls.put("emit-room", io -> io.to("r1").emit("hello", 1));
        calls.put("emit-rooms", io -> io.to("r1", "r2").emit("hello", 2));
        calls.put("emit-except", io -> io.in("r1").except("r2").emit("hello", 3));
        calls.put("emit-except-all", io -> io.except("r1", "r2").emit("hello", 3));
        calls.put("emit-volatile", io -> io.asVolatile().emit("hello", 4));
        calls.put("emit-compress", io -> io.compress(false).to("r1").emit("hello", 5));
        calls.put(
                "emit-binary",
                io -> io.emit("hello", new byte[] {1, 2, -1}, new Nested(List.of(new byte[] {'x'}), FOURTEENTH)));
        calls.put("emit-null", io -> io.emit("hello", null, null, 1.5, -1, 1L << 32, "\u00e9\ud83d\ude00"));
        calls.put("emit-no-args", io -> io.emit("hello"));
        calls.put("of", io -> io.of("/custom").emit("hello", 6));
        calls.put("of-no-slash", io -> io.of("custom").to("c1").emit("hello", 7));
        calls.put("reserved", io -> io.emit("connect"));
        calls.put("join", io -> io.socketsJoin("e1"));
        calls.put("join-in", io -> io.in("r1").except("r2").socketsJoin("e2", "e3"));
        calls.put("leave", io -> io.socketsLeave("e1"));
        calls.put("leave-in", io -> io.in("r1", "r2").socketsLeave("e2"));
        calls.put("join-custom", io -> io.of("/custom").socketsJoin("e9"));
        calls.put("sse", io -> io.serverSideEmit("hello", 1, "two", Map.of("three", List.of(3))));
        calls.put("sse-bin", io -> io.serverSideEmit("hello", new byte[] {1}, Instant.EPOCH));
        calls.put("sse-custom", io -> io.of("/custom").serverSideEmit("hello"));
        calls.put("disconnect-in", io -> io.in("r2").disconnectSockets(false));
        calls.put("disconnect", io -> io.disconnectSockets(true));
        calls.put("key-emit", io -> io.to("r1").emit("hello", 1));
        calls.put("key-join", io -> io.socketsJoin("x"));
        return calls;
    }

    record Nested(List<byte[]> a, Instant d) {}

    record Named(int firstName) {}
}
