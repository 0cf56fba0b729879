package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import io.duet.adapter.SocketDetails;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What one server answers to a {@link Request}, on a response channel. It does not say who answers. */
sealed interface Response extends ClusterMessage {
    /** Of the request that is answered. */
    String requestId();

    /** To type 0. An empty answer is decoded as {@link Sockets}: they cannot be told apart. */
    record SocketIds(String requestId, Set<String> socketIds) implements Response {
        public SocketIds {
            requireNonNull(requestId, "requestId");
            socketIds = Collections.unmodifiableSet(new LinkedHashSet<>(socketIds));
        }
    }

    /** To type 1. */
    record Rooms(String requestId, Set<String> rooms) implements Response {
        public Rooms {
            requireNonNull(requestId, "requestId");
            rooms = Collections.unmodifiableSet(new LinkedHashSet<>(rooms));
        }
    }

    /** To a legacy request, and to any other if the answer holds nothing that is known. */
    record Done(String requestId) implements Response {
        public Done {
            requireNonNull(requestId, "requestId");
        }
    }

    /** To type 5. */
    record Sockets(String requestId, List<SocketDetails> sockets) implements Response {
        public Sockets {
            requireNonNull(requestId, "requestId");
            sockets = List.copyOf(sockets);
        }
    }

    /**
     * Type 6: what a server-side listener answered. Always on the common response channel.
     *
     * @param value a Java value, or a tree if it came over the wire (a null tree for null); empty if the listener answered with nothing
     */
    record ServerSideAnswer(String requestId, Optional<Object> value) implements Response {
        public ServerSideAnswer {
            requireNonNull(requestId, "requestId");
            requireNonNull(value, "value");
        }
    }

    /** Type 8: how many clients of one server were asked. */
    record ClientCount(String requestId, int clients) implements Response {
        public ClientCount {
            requireNonNull(requestId, "requestId");
        }
    }

    /**
     * Type 9: what one client acknowledged.
     *
     * @param value its first argument, as in {@link ServerSideAnswer}; empty if it gave none
     */
    record Acknowledgement(String requestId, Optional<Object> value) implements Response {
        public Acknowledgement {
            requireNonNull(requestId, "requestId");
            requireNonNull(value, "value");
        }
    }
}
