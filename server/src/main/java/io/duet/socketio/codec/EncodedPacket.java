package io.duet.socketio.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A packet ready for a transport: one message of text or none, then binary messages with nothing between.
 *
 * @param text {@code null} if all of the packet is binary
 */
public record EncodedPacket(@Nullable String text, List<byte[]> binaries) {
    public EncodedPacket {
        binaries = List.copyOf(binaries);
    }
}
