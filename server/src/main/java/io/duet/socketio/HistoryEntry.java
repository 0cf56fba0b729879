package io.duet.socketio;

/**
 * An event that was broadcast to a room.
 *
 * @param offset its place, by which {@link BroadcastOperator#historySince} and {@link BroadcastOperator#historyBefore} go on; opaque
 * @param event its name
 * @param arguments as its receivers got them
 */
public record HistoryEntry(String offset, String event, Arguments arguments) {}
