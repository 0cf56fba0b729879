package io.duet.engineio.codec;

import java.util.Arrays;

/** Packets in WebSocket messages: one packet a message (engine.io-protocol v4, "WebSocket"). */
public final class WebSocketCodec {
    /** The first byte of a revision 3 binary message: its packet type as a number, not a digit. */
    static final byte V3_MESSAGE_TYPE = 4;

    private WebSocketCodec() {}

    /** @throws EngineProtocolException if it is empty, of unknown type, or holds invalid base64 */
    public static EnginePacket decodeText(String message, ProtocolRevision revision) {
        return PacketText.decode(message, revision);
    }

    /**
     * @param message owned by the packet from now on
     * @throws EngineProtocolException if a revision 3 message does not start with type 4
     */
    public static EnginePacket decodeBinary(byte[] message, ProtocolRevision revision) {
        if (revision == ProtocolRevision.V4) {
            return new EnginePacket.Binary(message);
        }
        if (message.length == 0 || message[0] != V3_MESSAGE_TYPE) {
            throw new EngineProtocolException(
                    "binary message: " + message.length + " bytes (expected: the first to be 4)");
        }
        return new EnginePacket.Binary(Arrays.copyOfRange(message, 1, message.length));
    }
}
