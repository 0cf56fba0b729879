package io.duet.adapter.msgpack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * Turns the application's values into trees without turning binary and dates into text: {@code byte[]} and {@code ByteBuffer} become binary
 * nodes, {@link java.util.Date} and {@link java.time.Instant} become {@code POJONode}s of {@code Instant}, at any depth. A property whose
 * {@code @JsonFormat} asks for another form of a date has that form. Any thread may call.
 */
public final class WireValues {
    private final ObjectMapper mapper;

    /**
     * @param mapper how the application's classes are written; copied, so that it stays as it is
     * @throws IllegalStateException if it is of a class that cannot be copied
     */
    public WireValues(ObjectMapper mapper) {
        this.mapper = mapper.copy();
        this.mapper.setSerializerFactory(
                this.mapper.getSerializerFactory().withSerializerModifier(new NativeSerializers()));
    }

    /**
     * @return a tree of its own: nobody else's changes reach it
     * @throws IllegalArgumentException if the mapper cannot write the value
     */
    public JsonNode toTree(@Nullable Object value) {
        return mapper.valueToTree(value);
    }
}
