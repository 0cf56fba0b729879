package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.SessionState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a new socket is.
 *
 * @param socketId the public id
 * @param privateId what its client would be recognised by; {@code null} without connection state recovery
 * @param restored the state of the lost socket it takes the place of; {@code null} for a new one
 * @param data the application's data to begin with
 */
record SocketIdentity(
        String socketId, @Nullable String privateId, @Nullable SessionState restored, Map<String, Object> data) {
    static SocketIdentity fresh(String socketId, @Nullable String privateId) {
        return new SocketIdentity(socketId, privateId, null, Map.of());
    }

    static SocketIdentity restored(SessionState state, ObjectMapper mapper) {
        Map<String, Object> data = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : state.data().properties()) {
            data.put(entry.getKey(), mapper.convertValue(entry.getValue(), Object.class));
        }
        data.values().removeIf(value -> value == null);
        return new SocketIdentity(state.socketId(), state.privateId(), state, data);
    }

    boolean isRestored() {
        return restored != null;
    }

    /** The private id is a secret. */
    @Override
    public String toString() {
        return "identity of socket=" + socketId;
    }
}
