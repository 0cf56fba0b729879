package io.duet.socketio;

import org.jspecify.annotations.Nullable;

/** An {@link EventListener} for events with one argument of a known class. */
@FunctionalInterface
public interface TypedEventListener<T> {
    /**
     * Called with the first argument.
     *
     * @param value {@code null} if the client sent null or nothing
     */
    void onEvent(@Nullable T value, Ack ack);
}
