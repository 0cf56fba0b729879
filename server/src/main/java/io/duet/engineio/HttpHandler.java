package io.duet.engineio;

import java.util.concurrent.CompletionStage;

/**
 * The application's own routes: asked for each request outside the server's path. Called on an event loop: must not block. A stage that
 * fails, or a throw, is answered with 500.
 */
@FunctionalInterface
public interface HttpHandler {
    /** @param body complete; empty for requests without one */
    CompletionStage<HttpReply> handle(EngineRequest request, byte[] body);
}
