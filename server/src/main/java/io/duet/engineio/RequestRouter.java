package io.duet.engineio;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides on each request, in the order of the reference (engine.io, "verify"). On the event loop of the request's channel. */
final class RequestRouter {
    private static final Logger log = LoggerFactory.getLogger(RequestRouter.class);

    /** A JSONP form is percent-encoded: up to three characters for one byte. */
    private static final int FORM_EXPANSION = 3;

    private static final Duration WARNING_INTERVAL = Duration.ofMinutes(1);

    private final EngineServer engine;
    private final EngineOptions options;
    private final HttpHandler fallback;
    private final OncePerInterval unknownSessions = new OncePerInterval(WARNING_INTERVAL, System::nanoTime);

    RequestRouter(EngineServer engine, HttpHandler fallback) {
        this.engine = engine;
        this.options = engine.options();
        this.fallback = fallback;
    }

    int maxBodyBytes(EngineRequest request) {
        int limit = options.maxHttpBufferSize();
        return request.parameter("j").isEmpty()
                ? limit
                : (int) Math.min(Integer.MAX_VALUE, (long) limit * FORM_EXPANSION);
    }

    void route(HttpExchange exchange) {
        if (!exchange.request().path().startsWith(options.pathPrefix())) {
            handOver(exchange);
            return;
        }
        new MiddlewareChain(
                        exchange,
                        engine.middlewares(),
                        () -> verify(exchange),
                        () -> refuse(exchange, EngineError.BAD_REQUEST, Map.of("name", "MIDDLEWARE_FAILURE")))
                .run();
    }

    private void handOver(HttpExchange exchange) {
        if (exchange.request().isWebSocketUpgrade()) {
            exchange.body().complete(new byte[0]);
        }
        exchange.body()
                .thenCompose(body -> fallback.handle(exchange.request(), body))
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        exchange.answer(reply);
                    } else if (!exchange.body().isCompletedExceptionally()) {
                        log.error("http handler failed", failure);
                        exchange.answer(HttpReply.empty(500));
                    }
                });
    }

    private void verify(HttpExchange exchange) {
        EngineRequest request = exchange.request();
        Optional<TransportName> transport =
                TransportName.of(request.parameter("transport")).filter(options.transports()::contains);
        if (transport.isEmpty()) {
            refuse(exchange, EngineError.TRANSPORT_UNKNOWN, Map.of("transport", request.parameter("transport")));
        } else if (request.parameter("sid").isEmpty()) {
            verifyHandshake(exchange, transport.get());
        } else {
            verifySession(exchange, transport.get());
        }
    }

    private void verifySession(HttpExchange exchange, TransportName transport) {
        EngineRequest request = exchange.request();
        Optional<EngineSession> found = engine.session(request.parameter("sid"));
        if (found.isEmpty()) {
            refuseUnknown(exchange);
            return;
        }
        EngineSession session = found.get();
        if (request.isWebSocketUpgrade()) {
            if (transport == TransportName.WEBSOCKET
                    && options.upgradesToWebSocket()
                    && WebSocketHandshake.isValid(request)) {
                probe(exchange, session);
            } else {
                refuse(exchange, EngineError.BAD_REQUEST, Map.of("name", "TRANSPORT_HANDSHAKE_ERROR"));
            }
        } else if (session.transportName() != transport) {
            refuseMismatch(exchange, session.transportName());
        } else if (session.eventLoop().inEventLoop()) {
            session.onPollingRequest(exchange);
        } else {
            session.eventLoop().execute(() -> session.onPollingRequest(exchange));
        }
    }

    private void verifyHandshake(HttpExchange exchange, TransportName transport) {
        EngineRequest request = exchange.request();
        boolean upgrade = request.isWebSocketUpgrade();
        if (!request.method().equals("GET")) {
            refuse(exchange, EngineError.BAD_HANDSHAKE_METHOD, Map.of("method", request.method()));
        } else if (upgrade != (transport == TransportName.WEBSOCKET)
                || (upgrade && !WebSocketHandshake.isValid(request))) {
            refuse(exchange, EngineError.BAD_REQUEST, Map.of("name", "TRANSPORT_HANDSHAKE_ERROR"));
        } else {
            checkGate(exchange, transport);
        }
    }

    private void checkGate(HttpExchange exchange, TransportName transport) {
        guarded(() -> options.allowRequest().check(exchange.request()))
                .whenComplete((decision, failure) -> exchange.execute(() -> {
                    if (failure != null) {
                        log.error("allowRequest failed", failure);
                        refuse(exchange, EngineError.FORBIDDEN, Map.of());
                    } else if (!decision.allowed()) {
                        String message = decision.message();
                        refuse(
                                exchange,
                                EngineError.FORBIDDEN,
                                message.isEmpty() ? EngineError.FORBIDDEN.message() : message,
                                Map.of("message", message));
                    } else {
                        checkRevision(exchange, transport);
                    }
                }));
    }

    private void checkRevision(HttpExchange exchange, TransportName transport) {
        boolean current = exchange.request().parameter("EIO").equals("4");
        if (!current && !options.allowEIO3()) {
            refuse(exchange, EngineError.UNSUPPORTED_PROTOCOL_VERSION, Map.of("protocol", "3"));
            return;
        }
        ProtocolRevision revision = current ? ProtocolRevision.V4 : ProtocolRevision.V3;
        guarded(() -> options.generateId().apply(exchange.request()))
                .whenComplete((id, failure) -> exchange.execute(() -> {
                    if (failure != null) {
                        log.error("generateId failed", failure);
                        refuse(exchange, EngineError.BAD_REQUEST, Map.of("name", "ID_GENERATION_ERROR"));
                    } else {
                        open(exchange, transport, revision, new EngineSessionId(id));
                    }
                }));
    }

    private void open(HttpExchange exchange, TransportName transport, ProtocolRevision revision, EngineSessionId id) {
        if (engine.takesNoSessions() || !exchange.channel().isActive()) {
            engine.counters().unavailable.increment();
            exchange.answerHeaders().set(HttpHeaderNames.CONNECTION, "close");
            exchange.answer(HttpReply.empty(503));
            return;
        }
        SessionLoop loop = engine.loop(exchange.channel().eventLoop());
        EngineSession session = new EngineSession(engine, id, loop, exchange.request(), revision);
        if (!engine.register(session)) {
            refuse(exchange, EngineError.BAD_REQUEST, Map.of("name", "ID_GENERATION_ERROR"));
            return;
        }
        options.cookie().ifPresent(cookie -> exchange.answerHeaders().add("Set-Cookie", cookie.header(id)));
        ResponseHeaders headers = new ResponseHeaders(exchange.answerHeaders());
        engine.tell(listener -> listener.initialHeaders(exchange.request(), headers));
        OutboundMessage open = openPacket(id, transport);
        if (transport == TransportName.WEBSOCKET) {
            session.openWebSocket(acceptWebSocket(exchange, session), open);
        } else {
            session.openPolling(exchange, open);
        }
        engine.counters().opened.increment(transport);
        log.debug("session opened: {} revision {}", transport.text(), revision.number());
        options.initialPacket().ifPresent(text -> session.send(OutboundMessage.of(new EnginePacket.Text(text))));
        engine.opened(session);
    }

    /** Lets a WebSocket try to take a polling session over. Its channel first moves to the session's event loop, so that all is in step. */
    private void probe(HttpExchange exchange, EngineSession session) {
        Channel channel = exchange.channel();
        if (channel.eventLoop() == session.eventLoop()) {
            startProbe(exchange, session);
            return;
        }
        channel.deregister()
                .addListener(gone -> session.eventLoop().register(channel).addListener(moved -> {
                    if (moved.isSuccess()) {
                        startProbe(exchange, session);
                    } else {
                        log.debug("websocket could not move to its session's event loop", moved.cause());
                        channel.close();
                    }
                }));
    }

    private void startProbe(HttpExchange exchange, EngineSession session) {
        if (!exchange.channel().isActive()) {
            // It has no handlers any more if it went away on the way here.
            return;
        }
        session.onProbe(acceptWebSocket(exchange, session));
        // The client is to begin.
        exchange.channel().flush();
    }

    private WebSocketTransport acceptWebSocket(HttpExchange exchange, EngineSession session) {
        ResponseHeaders headers = new ResponseHeaders(exchange.answerHeaders());
        engine.tell(listener -> listener.headers(exchange.request(), headers));
        boolean compressing = options.perMessageDeflate()
                && PerMessageDeflate.isOffered(exchange.request().header("sec-websocket-extensions"));
        WebSocketTransport transport = new WebSocketTransport(
                session,
                options.maxHttpBufferSize(),
                compressing,
                exchange.request().takesBinary());
        WebSocketHandshake.accept(exchange, transport, options.maxHttpBufferSize());
        return transport;
    }

    private OutboundMessage openPacket(EngineSessionId id, TransportName transport) {
        boolean upgradable = transport == TransportName.POLLING && options.upgradesToWebSocket();
        String json = "{\"sid\":" + JsonText.quote(id.value())
                + ",\"upgrades\":" + (upgradable ? "[\"websocket\"]" : "[]")
                + ",\"pingInterval\":" + options.pingInterval().toMillis()
                + ",\"pingTimeout\":" + options.pingTimeout().toMillis()
                + ",\"maxPayload\":" + options.maxHttpBufferSize() + "}";
        return OutboundMessage.of(new EnginePacket.Open(json));
    }

    /** The session that a request asks for is not there, or not any more. */
    void refuseUnknown(HttpExchange exchange) {
        long times = unknownSessions.happened();
        if (times > 0) {
            // Without the id: another node may know it, and it is all that its client is known by there.
            log.warn(
                    "requests of sessions that are not of this node: {} since this was said last; sticky sessions?",
                    times);
        }
        refuse(exchange, EngineError.SESSION_ID_UNKNOWN, Map.of());
    }

    /** The session that a request asks for uses another transport. */
    void refuseMismatch(HttpExchange exchange, TransportName used) {
        refuse(
                exchange,
                EngineError.BAD_REQUEST,
                Map.of(
                        "name", "TRANSPORT_MISMATCH",
                        "transport", exchange.request().parameter("transport"),
                        "previousTransport", used.text()));
    }

    private void refuse(HttpExchange exchange, EngineError error, Map<String, String> context) {
        refuse(exchange, error, error.message(), context);
    }

    private void refuse(HttpExchange exchange, EngineError error, String message, Map<String, String> context) {
        log.debug("request refused: {} {}", error, context);
        engine.counters().refused.increment(error);
        exchange.refuse(error, message);
        ConnectionError refusal = new ConnectionError(exchange.request(), error, message, context);
        engine.tell(listener -> listener.connectionError(refusal));
    }

    private static <T> CompletionStage<T> guarded(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
