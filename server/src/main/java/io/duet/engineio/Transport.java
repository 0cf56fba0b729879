package io.duet.engineio;

/** What carries a session's packets. All methods on the session's event loop. */
interface Transport {
    TransportName name();

    /** Whether {@link #flush} would hand something to the network now. */
    boolean isWritable();

    /** Takes as much off the outbox as it can carry at once. Only when writable and the outbox is not empty. */
    void flush(Outbox outbox);

    /** Tells the peer that the session is over, if it can be told, and lets go of the connection. */
    void close();

    /** Stops reading from the peer, or goes on. */
    void suspendReading(boolean suspended);
}
