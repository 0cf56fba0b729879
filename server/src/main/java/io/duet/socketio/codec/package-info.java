/**
 * Socket.IO packets and the forms in which they travel (socket.io-protocol v5 and {@code socket.io-msgpack-parser}): pure functions on Jackson values. Knows no
 * connection and no namespace.
 */
@NullMarked
package io.duet.socketio.codec;

import org.jspecify.annotations.NullMarked;
