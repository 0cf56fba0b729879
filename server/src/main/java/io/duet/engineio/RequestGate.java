package io.duet.engineio;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides on each handshake request, before a session exists (option {@code allowRequest} of engine.io). Called on an event loop: must not
 * block; the stage may complete on any thread. A stage that fails counts as refusal, without telling the peer why.
 */
@FunctionalInterface
public interface RequestGate {
    /** Lets everybody in. */
    RequestGate OPEN = request -> CompletableFuture.completedFuture(Decision.allow());

    CompletionStage<Decision> check(EngineRequest request);

    /**
     * @param allowed whether the handshake goes on
     * @param message what the peer is told if not; empty stands for {@code Forbidden}
     */
    record Decision(boolean allowed, String message) {
        public static Decision allow() {
            return new Decision(true, "");
        }

        public static Decision refuse(String message) {
            return new Decision(false, message);
        }
    }
}
