package io.duet.socketio;

import io.duet.engineio.codec.OutboundMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is broadcast to one socket, in its order: sent at once, or held back until the socket has got what was before. A packet can be among both,
 * if it was kept and broadcast while the past was being read: it is known by its offset and sent once. Guarded by itself.
 */
final class Deliveries {
    /** Sends to the client. */
    interface Sender {
        void send(OutboundMessage message, boolean isVolatile);
    }

    private final Sender sender;

    /** {@code null} if nothing is held back. */
    private @Nullable List<Held> held;

    private @Nullable String lastOffset;

    /** @param isNew whether nothing was ever sent to the client; otherwise it is not known what was sent last */
    Deliveries(Sender sender, boolean isNew) {
        this.sender = sender;
        this.lastOffset = isNew ? "" : null;
    }

    /** @param offset empty if the packet is not kept */
    synchronized void deliver(OutboundMessage message, boolean isVolatile, String offset) {
        if (held == null) {
            send(message, isVolatile, offset);
        } else {
            held.add(new Held(message, offset));
        }
    }

    /** Holds back what comes from now on. */
    synchronized void hold() {
        held = new ArrayList<>();
    }

    /**
     * Sends the past, then what was held.
     *
     * @param last what its client has for its offset behind the past; {@code null} if that is what it was
     * @param past sends those packets whose offsets are not among what was held
     */
    synchronized void release(@Nullable String last, Consumer<Predicate<String>> past) {
        List<Held> waiting = held == null ? List.of() : held;
        Set<String> offsets = new HashSet<>();
        waiting.forEach(one -> offsets.add(one.offset));
        held = null;
        past.accept(offset -> !offsets.contains(offset));
        lastOffset = last == null ? lastOffset : last;
        waiting.forEach(one -> send(one.message, false, one.offset));
    }

    /** The offset of the last packet that was sent, empty if there was none; nothing if it is not known, or more is being held back. */
    synchronized Optional<String> lastOffset() {
        return held == null ? Optional.ofNullable(lastOffset) : Optional.empty();
    }

    /** The same, whatever is held back; or something else if there is none. */
    synchronized String lastOffsetOr(String other) {
        return lastOffset == null || lastOffset.isEmpty() ? other : lastOffset;
    }

    private void send(OutboundMessage message, boolean isVolatile, String offset) {
        sender.send(message, isVolatile);
        if (!offset.isEmpty()) {
            lastOffset = offset;
        }
    }

    private record Held(OutboundMessage message, String offset) {}
}
