package io.duet.engineio;

/**
 * Sees every request below the server's path before anything else does, WebSocket upgrades included; may add headers to the answer (also to
 * that of an upgrade, and to refusals), answer itself, or fail the request. Middlewares run in the order of their registration. Called on an
 * event loop: must not block. A throw fails the request.
 */
@FunctionalInterface
public interface HttpMiddleware {
    /** @param next takes the decision, once, now or later, from any thread */
    void handle(EngineRequest request, ResponseHeaders response, Next next);

    /** The decision. */
    interface Next {
        /** Goes on with the next middleware, or the request itself. */
        void accept();

        /** Answers in place of the server. */
        void answer(HttpReply reply);

        /** Refuses with {@link EngineError#BAD_REQUEST}; the peer is not told why. */
        void fail(String reason);
    }
}
