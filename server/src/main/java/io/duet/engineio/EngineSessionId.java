package io.duet.engineio;

/**
 * The secret id of a session: whoever knows it can read and write the session. Never logged, never part of what other clients see; its
 * {@link #toString} hides it.
 */
record EngineSessionId(String value) {
    @Override
    public String toString() {
        return "session id";
    }
}
