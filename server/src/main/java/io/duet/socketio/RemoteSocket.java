package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.SocketDetails;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A socket somewhere in the cluster, as it was when it was asked for. What it is made to do is done where it lives. */
public final class RemoteSocket {
    private final SocketDetails details;
    private final BroadcastOperator operator;

    RemoteSocket(Namespace namespace, SocketDetails details) {
        this.details = details;
        BroadcastOperator socket = namespace.to(details.id());
        this.operator = socket.with(socket.flags().withExpectSingleResponse());
    }

    /** Its id, unique in the cluster. */
    public String id() {
        return details.id();
    }

    /** As {@link Handshake}, in JSON: {@code headers, time, address, xdomain, secure, issued, url, query, auth}. */
    public JsonNode handshake() {
        return details.handshake();
    }

    /** The rooms that it was in when it was described; its own id is one. */
    public Set<String> rooms() {
        return details.rooms();
    }

    /** A snapshot of the application's data: changing it changes nothing elsewhere. */
    public JsonNode data() {
        return details.data();
    }

    /** Sends an event to it, wherever it is; at most once, and nobody is told if it is gone. */
    public void emit(String event, @Nullable Object... arguments) {
        operator.emit(event, arguments);
    }

    /**
     * Asks the socket's client.
     *
     * @return its answer's first value; fails with {@link AckTimeoutException} if it does not answer in time, or is gone
     */
    public CompletionStage<Arguments> emitWithAck(Duration timeout, String event, @Nullable Object... arguments) {
        return operator.timeout(timeout).emitWithAck(event, arguments);
    }

    /** Makes it join rooms. Its node does so when it hears of it: this description does not change. */
    public void join(String... rooms) {
        operator.socketsJoin(rooms);
    }

    /** Makes it leave a room. Its node does so when it hears of it: this description does not change. */
    public void leave(String room) {
        operator.socketsLeave(room);
    }

    /** Disconnects it from its namespace; see {@link Socket#disconnect(boolean)}. */
    public void disconnect(boolean close) {
        operator.disconnectSockets(close);
    }
}
