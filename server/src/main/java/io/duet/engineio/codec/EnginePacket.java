package io.duet.engineio.codec;

import static java.util.Objects.requireNonNull;

/**
 * An Engine.IO packet (engine.io-protocol v4, "Packet encoding"). The message type is split by the kind of its payload, since that decides
 * its wire form.
 */
public sealed interface EnginePacket {
    /** Type 0: the handshake, server to client; {@code json} is the session's parameters. */
    record Open(String json) implements EnginePacket {
        public Open {
            requireNonNull(json, "json");
        }
    }

    /** Type 1. */
    record Close() implements EnginePacket {}

    /** Type 2; {@code data} is empty or {@code probe}. */
    record Ping(String data) implements EnginePacket {
        public Ping {
            requireNonNull(data, "data");
        }
    }

    /** Type 3; {@code data} is that of the ping. */
    record Pong(String data) implements EnginePacket {
        public Pong {
            requireNonNull(data, "data");
        }
    }

    /** Type 4 with text. */
    record Text(String text) implements EnginePacket {
        public Text {
            requireNonNull(text, "text");
        }
    }

    /** Type 4 with bytes. The array belongs to the packet: nobody writes to it. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is all that packets are compared by.
    record Binary(byte[] bytes) implements EnginePacket {
        public Binary {
            requireNonNull(bytes, "bytes");
        }
    }

    /** Type 5, client to server: the probed transport takes over. */
    record Upgrade() implements EnginePacket {}

    /** Type 6. */
    record Noop() implements EnginePacket {}
}
