package io.duet.adapter;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way to sockets.
 *
 * <p>{@code data} holds the event name and behind it the arguments: anything the server's Jackson mapper can write, with {@code byte[]} or
 * {@code ByteBuffer} at any depth for binary. What came over a cluster's wire is Jackson trees. The list is copied; its elements are not, and
 * must not change while the call that was given the packet runs.
 *
 * @param namespace full name with the leading slash
 * @param data event name (text), then the arguments; may contain nulls
 */
public record EventPacket(String namespace, List<@Nullable Object> data) {
    public EventPacket {
        requireNonNull(namespace, "namespace");
        if (data.isEmpty() || !(data.get(0) instanceof String)) {
            throw new IllegalArgumentException(
                    "data: " + data.size() + " elements (expected: an event name, then arguments)");
        }
        data = Collections.unmodifiableList(new ArrayList<>(data));
    }

    /** The event name. */
    public String event() {
        return (String) requireNonNull(data.get(0), "event");
    }
}
