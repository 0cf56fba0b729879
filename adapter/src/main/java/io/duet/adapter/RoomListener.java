package io.duet.adapter;

/**
 * Hears of rooms of this node. For a first join {@link #created} comes before {@link #joined}, for a last leave {@link #left} before
 * {@link #deleted}. Called under the lock of that room, by the thread that joins or leaves: must be quick and must not join or leave itself.
 */
public interface RoomListener {
    default void created(String room) {}

    default void joined(String room, String socketId) {}

    default void left(String room, String socketId) {}

    default void deleted(String room) {}
}
