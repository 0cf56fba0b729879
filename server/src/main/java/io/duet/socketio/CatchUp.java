package io.duet.socketio;

import io.duet.engineio.codec.OutboundMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Holds what is broadcast to a recovered socket until it has got what it missed before. A packet can be in both, if it was kept and broadcast
 * while the missed ones were being read: it is known by its offset and sent once. Guarded by itself.
 */
final class CatchUp {
    private final List<Held> held = new ArrayList<>();
    private boolean over;

    /** Takes a message; false if it has to be sent at once since the socket has caught up. */
    synchronized boolean hold(OutboundMessage message, String offset) {
        return !over && held.add(new Held(message, offset));
    }

    /** Sends what was held, but what was replayed. */
    synchronized void release(Set<String> replayedOffsets, Consumer<OutboundMessage> send) {
        over = true;
        Set<String> replayed = new HashSet<>(replayedOffsets);
        for (Held one : held) {
            if (!replayed.contains(one.offset)) {
                send.accept(one.message);
            }
        }
        held.clear();
    }

    private record Held(OutboundMessage message, String offset) {}
}
