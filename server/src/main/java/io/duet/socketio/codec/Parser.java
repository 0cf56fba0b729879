package io.duet.socketio.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * How Socket.IO packets travel in the messages of Engine.IO: Node's option {@code parser}. A server has one; its clients must use the same, or
 * they are disconnected with their first packet. Other nodes of a cluster may use another.
 */
public interface Parser {
    /** {@code socket.io-parser}, that of Node and of every client unless configured: JSON text, and one binary message for each attachment. */
    Parser JSON = new Parser() {
        @Override
        public Encoder encoder(ObjectMapper mapper) {
            return new JsonPacketEncoder(mapper);
        }

        @Override
        public Decoder decoder(ObjectMapper mapper, int maxAttachments) {
            return new JsonPacketDecoder(mapper, maxAttachments);
        }

        @Override
        public String toString() {
            return "socket.io-parser";
        }
    };

    /**
     * {@code socket.io-msgpack-parser} 3: one binary message for each packet. Binary needs no attachments, and dates arrive as dates
     * ({@link java.time.Instant}).
     */
    Parser MSGPACK = new Parser() {
        @Override
        public Encoder encoder(ObjectMapper mapper) {
            return new MsgpackPacketEncoder(mapper);
        }

        @Override
        public Decoder decoder(ObjectMapper mapper, int maxAttachments) {
            return MsgpackPacketDecoder.INSTANCE;
        }

        @Override
        public String toString() {
            return "socket.io-msgpack-parser";
        }
    };

    /**
     * Called once for a server.
     *
     * @param mapper writes the data; not reconfigured any more
     */
    Encoder encoder(ObjectMapper mapper);

    /**
     * Called once for a connection.
     *
     * @param mapper reads the data; not reconfigured any more
     * @param maxAttachments how many binary messages may belong to one packet
     */
    Decoder decoder(ObjectMapper mapper, int maxAttachments);

    /** Packets to messages. Safe for any thread. */
    interface Encoder {
        /**
         * @return the messages of the packet, shared by all its receivers
         * @throws IllegalArgumentException if a value cannot be written
         */
        EncodedPacket encode(SocketPacket packet);
    }

    /** A client's messages to packets. May hold a packet that is not complete; one thread at a time. */
    interface Decoder {
        /**
         * Takes a text message.
         *
         * @return the packet; empty if more messages belong to it
         * @throws SocketProtocolException if it is nothing that a client may send now
         */
        Optional<SocketPacket> text(String message);

        /**
         * Takes a binary message.
         *
         * @param message belongs to the packet from now on
         * @return the packet; empty if more messages belong to it
         * @throws SocketProtocolException if it is nothing that a client may send now
         */
        Optional<SocketPacket> binary(byte[] message);
    }
}
