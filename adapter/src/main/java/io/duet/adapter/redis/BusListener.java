package io.duet.adapter.redis;

/** Hears how a node's connection to its cluster fares. Called on a thread of the bus: must not block. */
public interface BusListener {
    /** Redis cannot be reached: local delivery goes on, what is sent to other nodes waits. */
    default void lost() {}

    /** Redis is there and every subscription is in force: at the start, and after each {@link #lost}. */
    default void regained() {}

    /** The subscriptions were made anew, on another connection or another Redis: messages of other nodes may have been missed. */
    default void gapSuspected() {}

    /** Messages to other nodes were given up: they waited too long, or too many did. */
    default void dropped(int messages) {}

    /** Messages of other nodes were given up: they came faster than this node could deliver them. */
    default void overrun(int messages) {}
}
