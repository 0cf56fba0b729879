package io.duet.socketio.codec;

/** A peer sent what is no Socket.IO packet, or one that is not allowed now. Carries no stack trace: peers can cause it at will. */
public final class SocketProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SocketProtocolException(String message) {
        super(message, null, false, false);
    }
}
