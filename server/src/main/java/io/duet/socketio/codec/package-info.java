/**
 * Socket.IO packets and their text form with binary attachments (socket.io-protocol v5): pure functions on Jackson values. Knows no
 * connection and no namespace.
 */
@NullMarked
package io.duet.socketio.codec;

import org.jspecify.annotations.NullMarked;
