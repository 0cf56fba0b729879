package io.duet.adapter.msgpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.nio.ByteBuffer;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class WireValuesTest {
    private static final Instant INSTANT = Instant.ofEpochMilli(1_700_000_000_123L);

    private final WireValues values = new WireValues(new JsonMapper());

    static Stream<Object> dates() {
        return Stream.of(
                INSTANT,
                Date.from(INSTANT),
                Timestamp.from(INSTANT),
                new java.sql.Date(INSTANT.toEpochMilli()),
                new POJONode(INSTANT),
                new POJONode(Date.from(INSTANT)));
    }

    static Stream<ByteBuffer> buffers() {
        ByteBuffer direct = ByteBuffer.allocateDirect(5).put(new byte[] {0, 1, 2, 3, 4});
        return Stream.of(
                ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3),
                ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3).asReadOnlyBuffer(),
                direct.position(1).limit(4));
    }

    @ParameterizedTest
    @MethodSource("dates")
    void keepsDatesAsDatesAtAnyDepth(Object date) {
        assertThat(values.toTree(date)).isEqualTo(new POJONode(INSTANT));
        assertThat(values.toTree(List.of(Map.of("at", date))).path(0).get("at")).isEqualTo(new POJONode(INSTANT));
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void takesOfABufferWhatIsBetweenPositionAndLimit(ByteBuffer buffer) {
        assertThat(values.toTree(Map.of("b", buffer)).get("b")).isEqualTo(BinaryNode.valueOf(new byte[] {1, 2, 3}));
        assertThat(buffer.remaining()).isEqualTo(3);
    }

    @Test
    void keepsBytesAndTreesWithBytes() {
        BinaryNode bytes = BinaryNode.valueOf(new byte[] {1});

        assertThat(values.toTree(new byte[] {1})).isEqualTo(bytes);
        assertThat(values.toTree(JsonNodeFactory.instance.arrayNode().add(bytes))
                        .get(0))
                .isEqualTo(bytes);
        assertThat(values.toTree(null).isNull()).isTrue();
    }

    @Test
    void keepsDatesWhateverTheMapperMakesOfThemAndLeavesTheMapperAlone() throws Exception {
        ObjectMapper mapper = JsonMapper.builder()
                .addModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance))
                .build();
        String before = mapper.writeValueAsString(INSTANT);

        JsonNode tree = new WireValues(mapper).toTree(INSTANT);

        assertThat(tree).isEqualTo(new POJONode(INSTANT));
        assertThat(mapper.writeValueAsString(INSTANT)).isEqualTo(before).isEqualTo("\"2023-11-14T22:13:20.123Z\"");
    }

    @Test
    void writesAPropertyAsItsAnnotationSays() {
        JsonNode tree = values.toTree(new Annotated(Date.from(INSTANT), Date.from(INSTANT)));

        assertThat(tree.get("year").textValue()).isEqualTo("2023");
        assertThat(tree.get("plain")).isEqualTo(new POJONode(INSTANT));
    }

    @Test
    void refusesWhatTheMapperCannotWrite() {
        assertThatIllegalArgumentException().isThrownBy(() -> values.toTree(new Object()));
    }

    record Annotated(@JsonFormat(pattern = "yyyy") Date year, Date plain) {}
}
