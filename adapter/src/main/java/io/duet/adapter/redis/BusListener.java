package io.duet.adapter.redis;

/** Hears how a node's connection to its cluster fares. Called on a thread of the bus: must not block. */
public interface BusListener {
    /** Redis cannot be reached: local delivery goes on, what is sent to other nodes waits. */
    default void lost() {}

    /** Redis is back and every subscription is in force again. */
    default void regained() {}

    /** A subscription was interrupted: messages of other nodes may have been missed meanwhile. */
    default void gapSuspected() {}

    /** Messages to other nodes were given up: they waited too long, or too many did. */
    default void dropped(int messages) {}
}
