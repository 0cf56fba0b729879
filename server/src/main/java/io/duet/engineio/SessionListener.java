package io.duet.engineio;

import io.duet.engineio.codec.EnginePacket;

/** Hears what happens to one session, Node's events of {@code socket.conn}. Called on its event loop: must not block. */
public interface SessionListener {
    /** A packet came in: Node's {@code packet}. */
    default void packet(EnginePacket packet) {}

    /** A packet was queued: Node's {@code packetCreate}. Called on the thread that sends it. */
    default void packetCreate(EnginePacket packet) {}

    /** The peer has answered a ping, or (revision 3) sent one: Node's {@code heartbeat}. */
    default void heartbeat() {}

    /** Queued packets are about to be handed to the transport: Node's {@code flush}. */
    default void flush() {}

    /** The queue is empty and the transport has taken everything: Node's {@code drain}. */
    default void drain() {}

    /** A probe was answered: Node's {@code upgrading}. */
    default void upgrading(TransportName transport) {}

    /** The session has moved: Node's {@code upgrade}. */
    default void upgrade(TransportName transport) {}

    /** The session is over: Node's {@code close}. */
    default void close(CloseReason reason, String description) {}
}
