package io.duet.engineio.codec;

import java.util.Base64;

/**
 * The text form of a packet: a digit for the type, then the payload; for a binary message {@code b} and base64. Every transport and revision
 * uses it for all packets but binary messages, and for those where bytes cannot be sent (engine.io-protocol v4, "Packet encoding").
 */
final class PacketText {
    private static final EnginePacket CLOSE = new EnginePacket.Close();
    private static final EnginePacket PING = new EnginePacket.Ping("");
    private static final EnginePacket PONG = new EnginePacket.Pong("");
    private static final EnginePacket UPGRADE = new EnginePacket.Upgrade();
    private static final EnginePacket NOOP = new EnginePacket.Noop();

    private PacketText() {}

    static String encode(EnginePacket packet, ProtocolRevision revision) {
        if (packet instanceof EnginePacket.Text message) {
            return '4' + message.text();
        } else if (packet instanceof EnginePacket.Binary binary) {
            return base64Prefix(revision) + Base64.getEncoder().encodeToString(binary.bytes());
        } else if (packet instanceof EnginePacket.Ping ping) {
            return '2' + ping.data();
        } else if (packet instanceof EnginePacket.Pong pong) {
            return '3' + pong.data();
        } else if (packet instanceof EnginePacket.Open open) {
            return '0' + open.json();
        } else if (packet instanceof EnginePacket.Close) {
            return "1";
        } else if (packet instanceof EnginePacket.Upgrade) {
            return "5";
        } else if (packet instanceof EnginePacket.Noop) {
            return "6";
        }
        throw new IllegalArgumentException("packet: " + packet + " (expected: one with a text form)");
    }

    /** Decodes a packet from a peer; what only a server sends (open) is refused. */
    static EnginePacket decode(String encoded, ProtocolRevision revision) {
        if (encoded.isEmpty()) {
            throw new EngineProtocolException("packet: empty (expected: a type, then data)");
        }
        char type = encoded.charAt(0);
        return switch (type) {
            case '4' -> new EnginePacket.Text(encoded.substring(1));
            case '2' -> encoded.length() == 1 ? PING : new EnginePacket.Ping(encoded.substring(1));
            case '3' -> encoded.length() == 1 ? PONG : new EnginePacket.Pong(encoded.substring(1));
            case '1' -> CLOSE;
            case '5' -> UPGRADE;
            case '6' -> NOOP;
            case 'b' -> decodeBase64(encoded, base64Prefix(revision));
            default ->
                throw new EngineProtocolException(
                        "packet type: U+" + Integer.toHexString(type) + " (expected: 1 to 6, or b)");
        };
    }

    /** Revision 4 leaves the packet type out, which can be but one. */
    private static String base64Prefix(ProtocolRevision revision) {
        return revision == ProtocolRevision.V4 ? "b" : "b4";
    }

    /**
     * Takes what browsers and Node produce, padded or not. Node skips illegal characters and so hides the peer's fault; here it is one.
     */
    private static EnginePacket decodeBase64(String encoded, String prefix) {
        if (!encoded.startsWith(prefix)) {
            throw new EngineProtocolException("base64 packet: not of type 4");
        }
        String text = encoded.substring(prefix.length());
        try {
            return new EnginePacket.Binary(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new EngineProtocolException("binary packet: " + text.length() + " characters that are not base64");
        }
    }
}
