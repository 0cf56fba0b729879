package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.SocketDetails;
import io.duet.adapter.msgpack.WireValues;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The application's values in messages of all wires, and what must hold of messages before they are published. Any thread may call. */
final class ValueWriter {
    private final WireValues values;

    /** @param mapper how the application's values are written; copied */
    ValueWriter(ObjectMapper mapper) {
        this.values = new WireValues(mapper);
    }

    /** @throws ClusterMessageException if it does not begin with the name of an event */
    ArrayNode event(List<@Nullable Object> data) {
        if (data.isEmpty() || !(data.get(0) instanceof String)) {
            throw new ClusterMessageException(
                    "data: " + data.size() + " elements (expected: an event name, then arguments)");
        }
        return list(data);
    }

    ArrayNode list(List<@Nullable Object> list) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(list.size());
        for (Object value : list) {
            array.add(value(value));
        }
        return array;
    }

    ArrayNode details(List<SocketDetails> sockets) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(sockets.size());
        for (SocketDetails socket : sockets) {
            ObjectNode tree = array.addObject().put("id", socket.id());
            tree.set("handshake", value(socket.handshake()));
            tree.set("rooms", WireOptions.names(socket.rooms()));
            tree.set("data", value(socket.data()));
        }
        return array;
    }

    JsonNode set(ObjectNode tree, String name, Optional<Object> value) {
        value.ifPresent(present -> tree.set(name, value(present)));
        return tree;
    }

    /** @throws ClusterMessageException if the mapper cannot write it */
    JsonNode value(@Nullable Object value) {
        try {
            return values.toTree(value);
        } catch (IllegalArgumentException e) {
            String type = value == null ? "null" : value.getClass().getName();
            throw new ClusterMessageException("value: " + type + " (expected: what the mapper can write)", e);
        }
    }

    static BroadcastOptions remote(BroadcastOptions options) {
        if (options.flags().local()) {
            throw new ClusterMessageException("flags: local (expected: what is local is not published)");
        }
        return options;
    }

    static String filled(String name, String text) {
        if (text.isEmpty()) {
            throw new ClusterMessageException(name + ": empty (expected: text)");
        }
        return text;
    }

    static int count(String name, int count) {
        if (count < 0) {
            throw new ClusterMessageException(name + ": " + count + " (expected: 0 or more)");
        }
        return count;
    }
}
