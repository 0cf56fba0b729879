package io.duet.engineio;

/** The answers to requests that open no session and reach none (engine.io, "verify"). */
public enum EngineError {
    TRANSPORT_UNKNOWN(0, "Transport unknown", 400),
    SESSION_ID_UNKNOWN(1, "Session ID unknown", 400),
    BAD_HANDSHAKE_METHOD(2, "Bad handshake method", 400),
    BAD_REQUEST(3, "Bad request", 400),
    FORBIDDEN(4, "Forbidden", 403),
    UNSUPPORTED_PROTOCOL_VERSION(5, "Unsupported protocol version", 400);

    private final int code;
    private final String message;
    private final int status;

    EngineError(int code, String message, int status) {
        this.code = code;
        this.message = message;
        this.status = status;
    }

    /** As in the body of the answer. */
    public int code() {
        return code;
    }

    public String message() {
        return message;
    }

    /** HTTP status, for plain requests; a refused WebSocket upgrade always gets 400. */
    public int status() {
        return status;
    }
}
