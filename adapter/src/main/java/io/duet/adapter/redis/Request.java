package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.TraceContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one server asks of all. The types are those of the classic wire, where only options of {@link BroadcastWithAck} travel with flags.
 *
 * <p>The legacy forms, of that wire, name one socket instead of options; the server that has it, and only that one, answers with {@link Response.Done}.
 */
sealed interface Request extends ClusterMessage {
    /** Of the sending adapter; empty if the sender did not say, as emitters do. */
    String uid();

    /** What the listeners that it may call run as a part of. */
    default TraceContext trace() {
        return TraceContext.NONE;
    }

    /** Type 0: the ids of the sockets that are in any of the rooms. Servers of today only answer it. */
    record SocketIds(String uid, String requestId, Set<String> rooms) implements Request {
        public SocketIds {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
            rooms = copy(rooms);
        }
    }

    /** Type 1: the names of all rooms. */
    record AllRooms(String uid, String requestId) implements Request {
        public AllRooms {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
        }
    }

    /** Type 2: the selected sockets join the rooms. Not answered. */
    record Join(String uid, BroadcastOptions options, Set<String> rooms) implements Request {
        public Join {
            requireNonNull(uid, "uid");
            requireNonNull(options, "options");
            rooms = copy(rooms);
        }
    }

    /** Type 2, legacy. */
    record LegacyJoin(String uid, String requestId, String socketId, String room) implements Request {
        public LegacyJoin {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
            requireNonNull(socketId, "socketId");
            requireNonNull(room, "room");
        }
    }

    /** Type 3: the selected sockets leave the rooms. Not answered. */
    record Leave(String uid, BroadcastOptions options, Set<String> rooms) implements Request {
        public Leave {
            requireNonNull(uid, "uid");
            requireNonNull(options, "options");
            rooms = copy(rooms);
        }
    }

    /** Type 3, legacy. */
    record LegacyLeave(String uid, String requestId, String socketId, String room) implements Request {
        public LegacyLeave {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
            requireNonNull(socketId, "socketId");
            requireNonNull(room, "room");
        }
    }

    /** Type 4: the selected sockets are disconnected. Not answered. */
    record Disconnect(String uid, BroadcastOptions options, boolean close) implements Request {
        public Disconnect {
            requireNonNull(uid, "uid");
            requireNonNull(options, "options");
        }
    }

    /** Type 4, legacy. */
    record LegacyDisconnect(String uid, String requestId, String socketId, boolean close) implements Request {
        public LegacyDisconnect {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
            requireNonNull(socketId, "socketId");
        }
    }

    /** Type 5: descriptions of the selected sockets. */
    record FetchSockets(String uid, String requestId, BroadcastOptions options) implements Request {
        public FetchSockets {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
            requireNonNull(options, "options");
        }
    }

    /**
     * Type 6: an event for the server-side listeners of the other servers.
     *
     * @param requestId present if an answer is wanted
     * @param data event name (text), then arguments: Java values, or trees if it came over the wire
     */
    record ServerSideEmit(
            String uid, Optional<String> requestId, List<@Nullable Object> data, @Override TraceContext trace)
            implements Request {
        public ServerSideEmit {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
            data = Collections.unmodifiableList(new ArrayList<>(data));
            requireNonNull(trace, "trace");
        }

        /** Of the trace that is current. */
        ServerSideEmit(String uid, Optional<String> requestId, List<@Nullable Object> data) {
            this(uid, requestId, data, TraceContext.current());
        }
    }

    /** Type 7: an event whose receivers are to acknowledge it. Every server answers one count, then each acknowledgement. */
    record BroadcastWithAck(
            String uid, String requestId, EventPacket packet, BroadcastOptions options, @Override TraceContext trace)
            implements Request {
        public BroadcastWithAck {
            requireNonNull(uid, "uid");
            requireNonNull(requestId, "requestId");
            requireNonNull(packet, "packet");
            requireNonNull(options, "options");
            requireNonNull(trace, "trace");
        }

        /** Of the trace that is current. */
        BroadcastWithAck(String uid, String requestId, EventPacket packet, BroadcastOptions options) {
            this(uid, requestId, packet, options, TraceContext.current());
        }

        /** With the one flag that receivers of the classic wire act on. */
        BroadcastWithAck withTimeoutOnly() {
            BroadcastFlags flags = options.flags()
                    .timeout()
                    .map(BroadcastFlags.NONE::withTimeout)
                    .orElse(BroadcastFlags.NONE);
            return new BroadcastWithAck(
                    uid, requestId, packet, new BroadcastOptions(options.rooms(), options.except(), flags), trace);
        }
    }

    private static Set<String> copy(Set<String> names) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }
}
