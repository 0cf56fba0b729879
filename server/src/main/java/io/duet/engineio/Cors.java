package io.duet.engineio;

/** Answers cross-origin questions as the {@code cors} npm package does (Fetch standard, "CORS protocol"). */
final class Cors implements HttpMiddleware {
    private final CorsOptions options;

    Cors(CorsOptions options) {
        this.options = options;
    }

    /** Adds the headers of this request's answer, whatever that will be; a preflight is answered here. */
    @Override
    public void handle(EngineRequest request, ResponseHeaders answer, Next next) {
        allowOrigin(request, answer);
        if (options.credentials()) {
            answer.set("Access-Control-Allow-Credentials", "true");
        }
        if (!request.method().equals("OPTIONS")) {
            exposeHeaders(answer);
            next.accept();
            return;
        }
        answer.set("Access-Control-Allow-Methods", options.methods());
        allowHeaders(request, answer);
        options.maxAge().ifPresent(age -> answer.set("Access-Control-Max-Age", Long.toString(age.toSeconds())));
        exposeHeaders(answer);
        next.answer(HttpReply.empty(options.preflightStatus()));
    }

    private void allowOrigin(EngineRequest request, ResponseHeaders answer) {
        if (options.origins() instanceof CorsOptions.Origins.Literal literal) {
            answer.set("Access-Control-Allow-Origin", literal.value());
            if (!literal.value().equals("*")) {
                answer.add("Vary", "Origin");
            }
        } else if (options.origins() instanceof CorsOptions.Origins.Reflected reflected) {
            request.header("origin")
                    .filter(reflected.allowed())
                    .ifPresent(origin -> answer.set("Access-Control-Allow-Origin", origin));
            answer.add("Vary", "Origin");
        }
    }

    private void allowHeaders(EngineRequest request, ResponseHeaders answer) {
        if (options.allowedHeaders().isPresent()) {
            answer.set("Access-Control-Allow-Headers", options.allowedHeaders().get());
        } else {
            answer.add("Vary", "Access-Control-Request-Headers");
            request.header("access-control-request-headers")
                    .ifPresent(asked -> answer.set("Access-Control-Allow-Headers", asked));
        }
    }

    private void exposeHeaders(ResponseHeaders answer) {
        options.exposedHeaders().ifPresent(headers -> answer.set("Access-Control-Expose-Headers", headers));
    }
}
