package io.duet.adapter.msgpack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * Turns the application's values into trees without turning binary and dates into text: {@code byte[]} and {@code ByteBuffer} become binary
 * nodes, {@link java.util.Date} and {@link java.time.Instant} become {@code POJONode}s of {@code Instant}. Any thread may call.
 */
public final class WireValues {
    private final ObjectMapper mapper;

    /**
     * @param mapper how the application's classes are written; copied, so that it stays as it is
     */
    public WireValues(ObjectMapper mapper) {
        this.mapper = mapper.copy();
    }

    /**
     * @throws IllegalArgumentException if the mapper cannot write the value
     */
    public JsonNode toTree(@Nullable Object value) {
        return mapper.valueToTree(value);
    }
}
