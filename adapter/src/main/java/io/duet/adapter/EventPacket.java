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
 * @param offset its place among the packets that are kept for those who miss them; empty if it is not kept
 */
public record EventPacket(String namespace, List<@Nullable Object> data, String offset) {
    public EventPacket {
        requireNonNull(namespace, "namespace");
        requireNonNull(offset, "offset");
        if (data.isEmpty() || !(data.get(0) instanceof String)) {
            throw new IllegalArgumentException(
                    "data: " + data.size() + " elements (expected: an event name, then arguments)");
        }
        data = Collections.unmodifiableList(new ArrayList<>(data));
    }

    /** One that is not kept. */
    public EventPacket(String namespace, List<@Nullable Object> data) {
        this(namespace, data, "");
    }

    /** The event name. */
    public String event() {
        return (String) requireNonNull(data.get(0), "event");
    }

    /** The same with its place, which its receivers are not told. */
    public EventPacket at(String place) {
        return new EventPacket(namespace, data, place);
    }

    /** The same with its place, which its receivers are told as last argument. */
    public EventPacket keptAt(String place) {
        return new EventPacket(namespace, with(place), place);
    }

    /** The same, not kept, with the place of the newest packet that is, which its receivers are told as last argument. */
    public EventPacket behind(String place) {
        return new EventPacket(namespace, with(place), "");
    }

    private List<@Nullable Object> with(String place) {
        List<@Nullable Object> more = new ArrayList<>(data);
        more.add(place);
        return more;
    }
}
