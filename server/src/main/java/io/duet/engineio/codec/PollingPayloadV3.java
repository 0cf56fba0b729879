package io.duet.engineio.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Revision 3 polling bodies (engine.io-protocol v3, "Payload").
 *
 * <ul>
 *   <li>Text: {@code <length>:<packet>} repeated, the length in UTF-16 units; a binary message is {@code b4} and base64.
 *   <li>Binary: per packet a byte 0 (text) or 1 (binary), the decimal digits of the length as bytes 0 to 9, 0xFF, then the content; text is
 *       UTF-8 and its length counts bytes; binary content starts with the type byte 4.
 * </ul>
 */
public final class PollingPayloadV3 {
    private static final int END_OF_LENGTH = 0xFF;

    /** More digits than any admissible length has. */
    private static final int MAX_LENGTH_DIGITS = 9;

    private PollingPayloadV3() {}

    public static String encodeText(List<EnginePacket> packets) {
        StringBuilder payload = new StringBuilder();
        for (EnginePacket packet : packets) {
            String encoded = PacketText.encode(packet, ProtocolRevision.V3);
            payload.append(encoded.length()).append(':').append(encoded);
        }
        return payload.toString();
    }

    public static byte[] encodeBinary(List<EnginePacket> packets) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (EnginePacket packet : packets) {
            if (packet instanceof EnginePacket.Binary binary) {
                writeHeader(payload, 1, binary.bytes().length + 1);
                payload.write(WebSocketCodec.V3_MESSAGE_TYPE);
                payload.writeBytes(binary.bytes());
            } else {
                byte[] text = PacketText.encode(packet, ProtocolRevision.V3).getBytes(StandardCharsets.UTF_8);
                writeHeader(payload, 0, text.length);
                payload.writeBytes(text);
            }
        }
        return payload.toByteArray();
    }

    /**
     * @return in wire order, at least one
     * @throws EngineProtocolException if a length is missing or wrong, or a packet cannot be decoded
     */
    public static List<EnginePacket> decodeText(String payload) {
        List<EnginePacket> packets = new ArrayList<>();
        int position = 0;
        do {
            int colon = payload.indexOf(':', position);
            int length = colon < 0 ? -1 : parseLength(payload.substring(position, colon));
            if (length < 1 || length > payload.length() - colon - 1) {
                throw new EngineProtocolException(
                        "payload: no valid length at " + position + " (expected: <length>:<packet>)");
            }
            packets.add(PacketText.decode(payload.substring(colon + 1, colon + 1 + length), ProtocolRevision.V3));
            position = colon + 1 + length;
        } while (position < payload.length());
        return packets;
    }

    /**
     * @return in wire order, at least one
     * @throws EngineProtocolException if a length is missing or wrong, or a packet cannot be decoded
     */
    public static List<EnginePacket> decodeBinary(byte[] payload) {
        List<EnginePacket> packets = new ArrayList<>();
        int position = 0;
        do {
            int end = position + 1;
            while (end < payload.length && (payload[end] & 0xFF) != END_OF_LENGTH) {
                end++;
            }
            int length = binaryLength(payload, position + 1, end);
            if (length < 1 || length > payload.length - end - 1) {
                throw new EngineProtocolException("payload: no valid header at byte " + position);
            }
            byte[] content = Arrays.copyOfRange(payload, end + 1, end + 1 + length);
            packets.add(decodeContent(payload[position], content));
            position = end + 1 + length;
        } while (position < payload.length);
        return packets;
    }

    private static void writeHeader(ByteArrayOutputStream payload, int kind, int length) {
        payload.write(kind);
        for (char digit : Integer.toString(length).toCharArray()) {
            payload.write(digit - '0');
        }
        payload.write(END_OF_LENGTH);
    }

    private static EnginePacket decodeContent(byte kind, byte[] content) {
        return switch (kind) {
            case 0 -> PacketText.decode(new String(content, StandardCharsets.UTF_8), ProtocolRevision.V3);
            case 1 -> WebSocketCodec.decodeBinary(content, ProtocolRevision.V3);
            default -> throw new EngineProtocolException("packet kind: " + kind + " (expected: 0 or 1)");
        };
    }

    /** The length, or -1 if it is none. */
    private static int parseLength(String digits) {
        if (digits.isEmpty()
                || digits.length() > MAX_LENGTH_DIGITS
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Integer.parseInt(digits);
    }

    private static int binaryLength(byte[] payload, int start, int end) {
        if (end >= payload.length || end == start || end - start > MAX_LENGTH_DIGITS) {
            return -1;
        }
        int length = 0;
        for (int i = start; i < end; i++) {
            if (payload[i] < 0 || payload[i] > 9) {
                return -1;
            }
            length = length * 10 + payload[i];
        }
        return length;
    }
}
