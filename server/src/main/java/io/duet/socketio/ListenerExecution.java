package io.duet.socketio;

/** On which threads listeners, middlewares and callbacks run. In any case those of one socket run one at a time, in order. */
public enum ListenerExecution {
    /** On threads that may block; a listener that does delays only its own socket. The default. */
    WORKERS,
    /** On the event loop of the socket's connection: fastest, for listeners that never block. One that does delays many sockets. */
    EVENT_LOOP
}
