package io.duet.socketio;

/**
 * Decides whether a socket may join a namespace; may also prepare it ({@code socket.data()}, {@code socket.join}). Middlewares run for every
 * socket, in the order of their registration, each after the one before has accepted, on the threads of the socket's listeners. A throw
 * refuses the socket without telling its client why.
 */
@FunctionalInterface
public interface Middleware {
    /** @param next takes the decision, once, now or later, from any thread; until then the client waits */
    void handle(Socket socket, Next next);

    /** The decision. */
    interface Next {
        /** Goes on with the next middleware, or lets the socket in. */
        void accept();

        /** Refuses; the client's {@code connect_error} has this message. */
        void refuse(String message);

        /** Refuses; the client's {@code connect_error} has this message and {@code data}, which Jackson must be able to write; binary as base64. */
        void refuse(String message, Object data);
    }
}
