package io.duet.socketio;

import org.jspecify.annotations.Nullable;

/**
 * Sees each event of a socket's client before its listeners do. Middlewares run in the order of their registration, each after the one before
 * has accepted; later events of the socket wait meanwhile, so that their order stays. A throw refuses the event.
 */
@FunctionalInterface
public interface EventMiddleware {
    /** @param next takes the decision, once, now or later, from any thread */
    void handle(String event, Arguments arguments, Next next);

    /** The decision. */
    interface Next {
        /** Goes on with the event as it is. */
        void accept();

        /** Goes on with another event in its place; the client's request for an acknowledgement stays. */
        void accept(String event, @Nullable Object... arguments);

        /** Drops the event; the socket's {@linkplain Socket#onError error listeners} hear of it. */
        void refuse(SocketError error);
    }
}
