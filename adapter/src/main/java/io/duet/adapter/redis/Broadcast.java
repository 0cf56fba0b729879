package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import java.util.OptionalLong;

/**
 * An event for the sockets of every server, on the channel of the namespace or of a room.
 *
 * @param uid of the sending adapter; empty if the sender did not say. That of the emitter is {@value #EMITTER}.
 * @param packetId the acknowledgement id of the sender's client, which frames repeat; seldom present
 */
record Broadcast(String uid, EventPacket packet, OptionalLong packetId, BroadcastOptions options)
        implements ClusterMessage {
    /** The uid of {@code @socket.io/redis-emitter}. No adapter may have it. */
    static final String EMITTER = "emitter";

    Broadcast {
        requireNonNull(uid, "uid");
        requireNonNull(packet, "packet");
        requireNonNull(packetId, "packetId");
        requireNonNull(options, "options");
    }

    Broadcast(String uid, EventPacket packet, BroadcastOptions options) {
        this(uid, packet, OptionalLong.empty(), options);
    }
}
