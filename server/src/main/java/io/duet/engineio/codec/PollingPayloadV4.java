package io.duet.engineio.codec;

import java.util.ArrayList;
import java.util.List;

/**
 * Revision 4 polling bodies: packets joined by 0x1E; a binary message is {@code b} and base64, its type implied (engine.io-protocol v4,
 * "HTTP long-polling").
 */
public final class PollingPayloadV4 {
    private static final char SEPARATOR = 0x1E;

    private PollingPayloadV4() {}

    public static String encode(List<EnginePacket> packets) {
        if (packets.size() == 1) {
            return encode(packets.get(0));
        }
        StringBuilder payload = new StringBuilder();
        for (EnginePacket packet : packets) {
            if (!payload.isEmpty()) {
                payload.append(SEPARATOR);
            }
            payload.append(encode(packet));
        }
        return payload.toString();
    }

    /**
     * @return in wire order, at least one
     * @throws EngineProtocolException if a packet is empty, of unknown type, or holds invalid base64
     */
    public static List<EnginePacket> decode(String payload) {
        List<EnginePacket> packets = new ArrayList<>();
        int start = 0;
        while (start <= payload.length()) {
            int end = payload.indexOf(SEPARATOR, start);
            if (end < 0) {
                end = payload.length();
            }
            packets.add(decodePacket(payload.substring(start, end)));
            start = end + 1;
        }
        return packets;
    }

    private static String encode(EnginePacket packet) {
        return packet instanceof EnginePacket.Binary binary
                ? 'b' + PacketText.base64(binary.bytes())
                : PacketText.encode(packet);
    }

    private static EnginePacket decodePacket(String encoded) {
        if (!encoded.isEmpty() && encoded.charAt(0) == 'b') {
            return new EnginePacket.Binary(PacketText.decodeBase64(encoded.substring(1)));
        }
        return PacketText.decode(encoded);
    }
}
