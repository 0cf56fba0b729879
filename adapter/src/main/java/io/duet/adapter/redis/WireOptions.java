package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.TraceContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Targets and flags between options and trees: {@code {"rooms":[],"except":[],"flags":{}}}. */
final class WireOptions {
    private static final String TRACE = "trace";
    private static final List<String> TRACE_FIELDS = List.of("traceparent", "tracestate");

    /** By W3C Trace Context, of the longer one. */
    private static final int MAX_TRACE_FIELD = 512;

    private WireOptions() {}

    /** With flags: adapters have them last, the emitter in between. */
    static ObjectNode toTree(BroadcastOptions options, boolean emitter) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.set("rooms", names(options.rooms()));
        if (emitter) {
            tree.set("flags", flags(options.flags()));
        }
        tree.set("except", names(options.except()));
        if (!emitter) {
            tree.set("flags", flags(options.flags()));
        }
        return tree;
    }

    /** The same, and the trace, of which Node takes no notice. */
    static ObjectNode toTree(BroadcastOptions options, boolean emitter, TraceContext trace) {
        return withTrace(toTree(options, emitter), trace);
    }

    /** {@code {"trace":{"traceparent":"..."}}} besides, if there is one. */
    static ObjectNode withTrace(ObjectNode tree, TraceContext trace) {
        if (!trace.fields().isEmpty()) {
            ObjectNode fields = tree.putObject(TRACE);
            trace.fields().forEach(fields::put);
        }
        return tree;
    }

    /** What {@link #withTrace} has put there; none if it is anything else. */
    static TraceContext readTrace(JsonNode tree) {
        JsonNode fields = tree.path(TRACE);
        if (fields.isEmpty()) {
            return TraceContext.NONE;
        }
        Map<String, String> texts = new HashMap<>();
        for (String name : TRACE_FIELDS) {
            JsonNode value = fields.path(name);
            if (value.isTextual() && value.textValue().length() <= MAX_TRACE_FIELD) {
                texts.put(name, value.textValue());
            }
        }
        return new TraceContext(texts);
    }

    /** Without flags, as requests have it. */
    static ObjectNode targets(BroadcastOptions options) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.set("rooms", names(options.rooms()));
        tree.set("except", names(options.except()));
        return tree;
    }

    static ArrayNode names(Set<String> names) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(names.size());
        names.forEach(array::add);
        return array;
    }

    private static ObjectNode flags(BroadcastFlags flags) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, Object> flag : flags.toWire().entrySet()) {
            if (flag.getValue() instanceof Boolean set) {
                tree.put(flag.getKey(), set);
            } else {
                tree.put(flag.getKey(), ((Number) flag.getValue()).longValue());
            }
        }
        return tree;
    }

    /**
     * @throws ClusterMessageException if it is not an object, or does not say whom it concerns
     */
    static BroadcastOptions read(@Nullable JsonNode tree) {
        if (tree == null || !tree.isObject()) {
            throw new ClusterMessageException(
                    "opts: " + (tree == null ? "none" : tree.getNodeType()) + " (expected: a map)");
        }
        Set<String> rooms = readNames("opts.rooms", tree.get("rooms"));
        if (rooms.isEmpty() && !tree.path("rooms").isEmpty()) {
            // Rooms were named, but none that can exist; an empty set would mean everybody.
            throw new ClusterMessageException("opts.rooms: no name among them (expected: text)");
        }
        return new BroadcastOptions(rooms, readNames("opts.except", tree.get("except")), readFlags(tree.path("flags")));
    }

    /**
     * Names of rooms; a number stands for its decimal text, what is neither is left out.
     *
     * @throws ClusterMessageException if there is something, and it is not an array
     */
    static Set<String> readNames(String what, @Nullable JsonNode tree) {
        Set<String> names = new LinkedHashSet<>();
        if (tree == null || tree.isNull()) {
            return names;
        }
        if (!tree.isArray()) {
            throw new ClusterMessageException(what + ": " + tree.getNodeType() + " (expected: an array)");
        }
        for (JsonNode name : tree) {
            if (name.isTextual()) {
                names.add(name.textValue());
            } else if (name.isNumber()) {
                names.add(JsonText.number(name));
            }
        }
        return names;
    }

    /** In the order in which they come; {@code local} means nothing to receivers, what is not known even less. */
    private static BroadcastFlags readFlags(JsonNode tree) {
        BroadcastFlags flags = BroadcastFlags.NONE;
        if (!tree.isObject()) {
            return flags;
        }
        for (Map.Entry<String, JsonNode> flag : tree.properties()) {
            JsonNode value = flag.getValue();
            flags = switch (flag.getKey()) {
                case "volatile" -> value.asBoolean() ? flags.withVolatile() : flags;
                case "compress" -> value.isBoolean() ? flags.withCompress(value.booleanValue()) : flags;
                case "timeout" ->
                    value.isNumber() && value.canConvertToLong() && value.longValue() >= 0
                            ? flags.withTimeout(Duration.ofMillis(value.longValue()))
                            : flags;
                case "expectSingleResponse" -> value.asBoolean() ? flags.withExpectSingleResponse() : flags;
                default -> flags;
            };
        }
        return flags;
    }
}
