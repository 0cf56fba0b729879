package io.duet.socketio;

import io.duet.engineio.CloseReason;

/** Why a socket left its namespace, with the text that Node's {@code disconnect} event carries. */
public enum DisconnectReason {
    /** {@code socket.disconnect()} was called here. Its client stays away until told to come back. */
    SERVER_NAMESPACE_DISCONNECT("server namespace disconnect"),
    /** The client called {@code disconnect()}. */
    CLIENT_NAMESPACE_DISCONNECT("client namespace disconnect"),
    /** The client's connection was closed from its side. */
    TRANSPORT_CLOSE("transport close"),
    /** The connection failed; the description says how. */
    TRANSPORT_ERROR("transport error"),
    /** The client missed a heartbeat. */
    PING_TIMEOUT("ping timeout"),
    /** The client sent what is no Engine.IO packet. */
    PARSE_ERROR("parse error"),
    /** The client sent a packet that is malformed or illegal at that point. */
    FORCED_CLOSE("forced close"),
    /** The client joined no namespace in time. */
    FORCED_SERVER_CLOSE("forced server close"),
    /** The whole server is going down. */
    SERVER_SHUTTING_DOWN("server shutting down");

    private final String text;

    DisconnectReason(String text) {
        this.text = text;
    }

    /** As Node spells it. */
    public String text() {
        return text;
    }

    /** Whether a client that was lost so may come back and be recovered. */
    boolean isRecoverable() {
        return switch (this) {
            case TRANSPORT_CLOSE,
                    TRANSPORT_ERROR,
                    PING_TIMEOUT,
                    FORCED_CLOSE,
                    FORCED_SERVER_CLOSE,
                    SERVER_SHUTTING_DOWN -> true;
            case SERVER_NAMESPACE_DISCONNECT, CLIENT_NAMESPACE_DISCONNECT, PARSE_ERROR -> false;
        };
    }

    static DisconnectReason of(CloseReason reason) {
        return switch (reason) {
            case TRANSPORT_CLOSE -> TRANSPORT_CLOSE;
            case TRANSPORT_ERROR -> TRANSPORT_ERROR;
            case PING_TIMEOUT -> PING_TIMEOUT;
            case PARSE_ERROR -> PARSE_ERROR;
            case FORCED_CLOSE -> FORCED_CLOSE;
            case FORCED_SERVER_CLOSE -> FORCED_SERVER_CLOSE;
            case SERVER_SHUTTING_DOWN -> SERVER_SHUTTING_DOWN;
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
