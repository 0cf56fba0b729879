package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.TraceContext;
import java.util.OptionalLong;

/**
 * An event for the sockets of every server, on the channel of the namespace or of a room.
 *
 * @param uid of the sending adapter; empty if the sender did not say. That of the emitter is {@value #EMITTER}.
 * @param packetId the acknowledgement id of the sender's client, which frames repeat; seldom present
 * @param trace what the listeners that it may call run as a part of
 */
record Broadcast(String uid, EventPacket packet, OptionalLong packetId, BroadcastOptions options, TraceContext trace)
        implements ClusterMessage {
    /** The uid of {@code @socket.io/redis-emitter}. No adapter may have it. */
    static final String EMITTER = "emitter";

    Broadcast {
        requireNonNull(uid, "uid");
        requireNonNull(packet, "packet");
        requireNonNull(packetId, "packetId");
        requireNonNull(options, "options");
        requireNonNull(trace, "trace");
    }

    /** Of the trace that is current. */
    Broadcast(String uid, EventPacket packet, BroadcastOptions options) {
        this(uid, packet, OptionalLong.empty(), options, TraceContext.current());
    }
}
