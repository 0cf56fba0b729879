package io.duet.engineio.codec;

/** A peer sent what is no Engine.IO packet. Carries no stack trace: peers can cause it at will. */
public final class EngineProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineProtocolException(String message) {
        super(message, null, false, false);
    }
}
