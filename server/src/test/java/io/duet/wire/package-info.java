/** Clients for tests that show and control every byte: HTTP, WebSocket, and the text of Engine.IO and Socket.IO on top. */
@NullMarked
package io.duet.wire;

import org.jspecify.annotations.NullMarked;
