package io.duet.socketio;

/** On which threads listeners, middlewares and callbacks run. In any case those of one socket run one at a time, in order. */
public enum ListenerExecution {
    /**
     * Where they may block: on the thread of the connection's event loop while they are short, which costs no hand-over, else on threads of a pool. A
     * listener that blocks delays its own socket, and others for some milliseconds until another thread runs their loop. What it sends leaves when
     * it returns, or when that other thread takes over. The default.
     */
    WORKERS,
    /**
     * On the event loop of the socket's connection, within the turn that has read the event: for listeners that never block. One that does delays many
     * sockets.
     */
    EVENT_LOOP
}
