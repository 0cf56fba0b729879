/**
 * Engine.IO: handshake, sessions, heartbeat, upgrade, and the two transports (engine.io-protocol v4 and v3), on Netty channels.
 *
 * <p>The way of a message: any thread hands an {@link io.duet.engineio.codec.OutboundMessage} to its
 * {@link io.duet.engineio.EngineSession}, whose outbox queues it and wakes the session's event loop once per batch; there the transport in
 * use takes as much as it can write. Inbound, a channel's handler turns bytes into packets on that same event loop and the session passes
 * messages to its {@link io.duet.engineio.SessionHandler}. All state of a session is plain fields, touched on its event loop only; requests
 * that arrive on channels of other loops hop over.
 */
@NullMarked
package io.duet.engineio;

import org.jspecify.annotations.NullMarked;
