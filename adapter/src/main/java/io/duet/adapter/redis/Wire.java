package io.duet.adapter.redis;

import io.duet.adapter.BusStatistics.Discard;
import io.duet.adapter.RoomListener;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.slf4j.LoggerFactory;

/**
 * How the messages of one namespace travel between nodes: which channel each takes, and its bytes. One {@link ClusterAdapter} has it. Safe for
 * any thread; nothing blocks.
 *
 * <p>Messages are encoded before a call returns, so that what cannot be sent is refused there ({@link IllegalArgumentException}), and leave in
 * the order of the calls of one thread.
 */
interface Wire {
    /**
     * Takes what other nodes and emitters send, and of this node {@link #returnsOwn}; of what is of no use it hears only that it came. Must not
     * block.
     */
    interface Receiver {
        /** @param id of its entry in a stream; empty if it is in none */
        void onBroadcast(Broadcast broadcast, String id);

        void onRequest(Request request);

        void onResponse(Response response);

        void onUseless(Discard why);

        /** Runs what decodes a message and hands it on. What cannot be decoded is a peer's mistake: nothing that an operator here could mend. */
        default void take(Runnable decoding) {
            try {
                decoding.run();
            } catch (IllegalArgumentException e) {
                LoggerFactory.getLogger(Wire.class).debug("message of the cluster dropped: {}", e.getMessage());
                onUseless(Discard.MALFORMED);
            }
        }
    }

    /** This node's adapter, as others know it. */
    String uid();

    /** An id for a request. */
    String newRequestId();

    /** Listens from now on. Called once, before anything is sent. */
    void start();

    /** Hears of the rooms of this node. */
    RoomListener rooms();

    /** Done when what other nodes send to these rooms arrives here; soon, if Redis is away. */
    CompletionStage<Void> whenHeard(Set<String> rooms);

    void send(Broadcast broadcast);

    void send(Request request);

    /**
     * Whether broadcasts, joins, leaves and disconnects of this node come back, when they have their place among those of others. Where they do,
     * they are not done before.
     */
    boolean returnsOwn();

    /** Whether nodes understand {@link Request.AllRooms}. */
    boolean knowsAllRooms();

    /** @param request of another node */
    void respond(Request request, Response response);

    /** For clients that lost their connection, if this wire and the server have it. */
    default Optional<StreamRecovery> recovery() {
        return Optional.empty();
    }

    /** Of rooms whose past is kept, if this wire can and the server wants it. */
    default Optional<StreamHistory> history() {
        return Optional.empty();
    }

    /** How many nodes listen, this one included. */
    CompletionStage<Integer> countServers();

    /** Leaves; done when this node is no longer counted, or soon if Redis is away. */
    CompletionStage<Void> close();
}
