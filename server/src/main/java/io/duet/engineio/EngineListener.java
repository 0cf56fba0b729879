package io.duet.engineio;

/** Hears what happens at an engine, Node's events of {@code io.engine}. Called on event loops: must not block. */
public interface EngineListener {
    /** A session was opened: Node's {@code connection}. */
    default void connection(EngineSession session) {}

    /** A request was refused: Node's {@code connection_error}. */
    default void connectionError(ConnectionError error) {}

    /** The first answer of a session is about to leave: Node's {@code initial_headers}. */
    default void initialHeaders(EngineRequest request, ResponseHeaders headers) {}

    /** An answer of a session is about to leave: Node's {@code headers}. */
    default void headers(EngineRequest request, ResponseHeaders headers) {}
}
