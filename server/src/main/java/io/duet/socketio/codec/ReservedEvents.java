package io.duet.socketio.codec;

import java.util.Set;

/** Event names with a meaning of their own, which neither side may send (socket.io-parser, RESERVED_EVENTS). */
public final class ReservedEvents {
    private static final Set<String> NAMES =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    private ReservedEvents() {}

    public static boolean contains(String event) {
        return NAMES.contains(event);
    }
}
