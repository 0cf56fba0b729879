package io.duet.socketio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values a peer has sent: the arguments of an event or of an acknowledgement, or one answer of each of several peers.
 *
 * <p>Immutable, as long as nobody changes the trees that {@link #json} hands out. JSON numbers are {@code int}, {@code long},
 * {@code BigInteger} or {@code double}, whichever is the first to hold them exactly; binary is a {@code byte[]}.
 */
public final class Arguments {
    private final List<JsonNode> values;
    private final ObjectMapper mapper;

    private Arguments(List<JsonNode> values, ObjectMapper mapper) {
        this.values = values;
        this.mapper = mapper;
    }

    /** Takes trees as they are; other values are turned into trees. */
    static Arguments of(List<? extends @Nullable Object> values, ObjectMapper mapper) {
        List<JsonNode> trees = new ArrayList<>(values.size());
        for (Object value : values) {
            trees.add(value instanceof JsonNode tree ? tree : mapper.valueToTree(value));
        }
        return new Arguments(Collections.unmodifiableList(trees), mapper);
    }

    /** A name that came as text or as a tree. */
    static String text(@Nullable Object value) {
        return value instanceof JsonNode tree ? tree.asText() : String.valueOf(value);
    }

    /** How many there are. */
    public int size() {
        return values.size();
    }

    /** A value as Jackson has it: binary as a binary node; a missing node beyond the last value. */
    public JsonNode json(int index) {
        return index < values.size() ? values.get(index) : MissingNode.getInstance();
    }

    /**
     * A value as an object of a class.
     *
     * @return {@code null} for a JSON null and beyond the last value
     * @throws MismatchException if the value does not fit the class
     */
    public <T> @Nullable T get(int index, Class<T> type) {
        JsonNode value = json(index);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        try {
            return mapper.treeToValue(value, type);
        } catch (JsonProcessingException e) {
            throw new MismatchException(
                    "argument " + index + ": " + value.getNodeType() + " (expected: " + type.getName() + ")", e);
        }
    }

    /** All values as plain Java: {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean}, {@code byte[]}, {@code null}. */
    public List<@Nullable Object> toList() {
        List<@Nullable Object> list = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            list.add(get(i, Object.class));
        }
        return list;
    }

    /** The trees, for sending them on as they came: {@code socket.emit("again", arguments.toArray())}. */
    public Object[] toArray() {
        return values.toArray();
    }

    /** A peer sent a value that does not fit what was asked for. Thrown out of a listener it counts as the peer's fault. */
    public static final class MismatchException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        MismatchException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Only how many there are: what peers send does not belong into logs. */
    @Override
    public String toString() {
        return values.size() + " arguments";
    }
}
