package io.duet.socketio;

/**
 * Hears of an event of a socket's client. Listeners of one socket run one at a time, in the order in which its events came, by default on a
 * thread that may block. What a listener throws is logged and concerns nothing else.
 */
@FunctionalInterface
public interface EventListener {
    /** @param ack answers the client; does nothing if the client does not ask for an answer */
    void onEvent(Arguments arguments, Ack ack);
}
