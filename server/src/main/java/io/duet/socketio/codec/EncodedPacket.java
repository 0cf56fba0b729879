package io.duet.socketio.codec;

import java.util.List;

/**
 * A packet ready for a transport.
 *
 * @param text the packet itself
 * @param attachments its binary values in the order of their placeholders; they follow the text with nothing between
 */
public record EncodedPacket(String text, List<byte[]> attachments) {
    public EncodedPacket {
        attachments = List.copyOf(attachments);
    }
}
