package io.duet.engineio;

/** What a session tells its owner. Always called on the session's event loop: must not block. */
public interface SessionHandler {
    void onText(String text);

    /** @param bytes belong to the handler from now on */
    void onBinary(byte[] bytes);

    /**
     * The session is over. Called once, last.
     *
     * @param description what went wrong in detail; empty if there is nothing to add to the reason
     */
    void onClose(CloseReason reason, String description);
}
