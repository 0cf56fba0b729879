package io.duet.engineio;

/** What a session has until its owner has taken it. */
enum DiscardingHandler implements SessionHandler {
    INSTANCE;

    @Override
    public void onText(String text) {
        // Nothing can arrive before the owner is there: both happen in one turn of the event loop.
    }

    @Override
    public void onBinary(byte[] bytes) {
        // As above.
    }

    @Override
    public void onClose(CloseReason reason, String description) {
        // The session was never anybody's.
    }
}
