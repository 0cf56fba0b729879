package io.duet.socketio;

/** Hears that a socket leaves ({@code disconnecting}, rooms still there) or has left ({@code disconnect}). Runs as any listener of the socket. */
@FunctionalInterface
public interface DisconnectListener {
    /** @param description what went wrong in detail; empty if there is nothing to add to the reason */
    void onDisconnect(DisconnectReason reason, String description);
}
