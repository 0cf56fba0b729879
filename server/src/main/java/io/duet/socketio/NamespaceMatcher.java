package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletionStage;

/** Decides whether a namespace that a client asks for, and that does not exist, may come into being. Called on an event loop: must not block. */
@FunctionalInterface
public interface NamespaceMatcher {
    /**
     * Decides on a name.
     *
     * @param name with its leading slash, as the client wrote it
     * @param auth the payload of the client's CONNECT packet
     * @return a stage that fails counts as no
     */
    CompletionStage<Boolean> matches(String name, JsonNode auth);
}
