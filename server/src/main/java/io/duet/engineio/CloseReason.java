package io.duet.engineio;

/** Why a session ended, with the text that Node's {@code disconnect} event carries. */
public enum CloseReason {
    /** The transport failed: an aborted poll, overlapping requests, an oversized message, a heartbeat in the wrong direction. */
    TRANSPORT_ERROR("transport error"),
    /** The peer closed its connection. */
    TRANSPORT_CLOSE("transport close"),
    /** This server closed the session: an illegal Socket.IO packet, or a call of close. */
    FORCED_CLOSE("forced close"),
    /** This server closed the session because its client joined no namespace in time. */
    FORCED_SERVER_CLOSE("forced server close"),
    /** No heartbeat within ping interval and timeout. */
    PING_TIMEOUT("ping timeout"),
    /** The peer sent what is no Engine.IO packet. */
    PARSE_ERROR("parse error"),
    /** The whole server is going down. */
    SERVER_SHUTTING_DOWN("server shutting down");

    private final String text;

    CloseReason(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
