package io.duet.engineio.codec;

import java.util.ArrayList;
import java.util.List;

/**
 * Revision 4 polling bodies: packets joined by 0x1E; a binary message is {@code b} and base64, its type implied (engine.io-protocol v4,
 * "HTTP long-polling").
 */
public final class PollingPayloadV4 {
    private static final byte SEPARATOR = 0x1E;

    private PollingPayloadV4() {}

    public static String encode(List<EnginePacket> packets) {
        if (packets.size() == 1) {
            return PacketText.encode(packets.get(0), ProtocolRevision.V4);
        }
        StringBuilder payload = new StringBuilder();
        for (EnginePacket packet : packets) {
            if (!payload.isEmpty()) {
                payload.append((char) SEPARATOR);
            }
            payload.append(PacketText.encode(packet, ProtocolRevision.V4));
        }
        return payload.toString();
    }

    /**
     * One body of several, in their order.
     *
     * @param payloads at least one, each of at least one packet; not written to, and the only one is the result
     */
    public static byte[] join(List<byte[]> payloads) {
        if (payloads.size() == 1) {
            return payloads.get(0);
        }
        int length = payloads.size() - 1;
        for (byte[] payload : payloads) {
            length += payload.length;
        }
        byte[] body = new byte[length];
        int end = 0;
        for (byte[] payload : payloads) {
            if (end > 0) {
                body[end++] = SEPARATOR;
            }
            System.arraycopy(payload, 0, body, end, payload.length);
            end += payload.length;
        }
        return body;
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
            packets.add(PacketText.decode(payload.substring(start, end), ProtocolRevision.V4));
            start = end + 1;
        }
        return packets;
    }
}
