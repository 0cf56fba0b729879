package io.duet.socketio;

/** Hears of every event of a socket's client, before its middlewares and listeners; not of acknowledgements. */
@FunctionalInterface
public interface AnyEventListener {
    /** @param ack answers the client; does nothing if the client does not ask for an answer */
    void onEvent(String event, Arguments arguments, Ack ack);
}
