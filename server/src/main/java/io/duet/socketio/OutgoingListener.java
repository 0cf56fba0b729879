package io.duet.socketio;

/** Hears of every event that is sent to a socket's client, by {@code emit} or by a broadcast; not of acknowledgements. */
@FunctionalInterface
public interface OutgoingListener {
    void onEvent(String event, Arguments arguments);
}
