package io.duet.engineio;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request's way through the middlewares; each step on the event loop of the request's channel. */
final class MiddlewareChain {
    private static final Logger log = LoggerFactory.getLogger(MiddlewareChain.class);

    private final HttpExchange exchange;
    private final Iterator<HttpMiddleware> rest;
    private final Runnable accepted;
    private final Runnable failed;

    MiddlewareChain(HttpExchange exchange, List<HttpMiddleware> middlewares, Runnable accepted, Runnable failed) {
        this.exchange = exchange;
        this.rest = middlewares.iterator();
        this.accepted = accepted;
        this.failed = failed;
    }

    void run() {
        if (!rest.hasNext()) {
            accepted.run();
            return;
        }
        Step step = new Step();
        try {
            rest.next().handle(exchange.request(), new ResponseHeaders(exchange.answerHeaders()), step);
        } catch (RuntimeException e) {
            log.error("http middleware failed", e);
            step.fail("exception");
        }
    }

    private final class Step implements HttpMiddleware.Next {
        private final AtomicBoolean decided = new AtomicBoolean();

        @Override
        public void accept() {
            decide(MiddlewareChain.this::run);
        }

        @Override
        public void answer(HttpReply reply) {
            decide(() -> exchange.answer(reply));
        }

        @Override
        public void fail(String reason) {
            log.debug("http middleware refused a request: {}", reason);
            decide(failed);
        }

        private void decide(Runnable next) {
            if (decided.compareAndSet(false, true)) {
                exchange.execute(next);
            }
        }
    }
}
