package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves Engine.IO on the channels it is given: decides on each request, in the order of the reference (engine.io, "verify"), and owns the
 * sessions.
 */
public final class EngineServer {
    private static final Logger log = LoggerFactory.getLogger(EngineServer.class);

    /** As Node's limit for the head of a request. */
    private static final int MAX_HTTP_HEAD_BYTES = 16 * 1024;

    /** A JSONP form is percent-encoded: up to three characters for one byte. */
    private static final int FORM_EXPANSION = 3;

    private final EngineOptions options;
    private final Function<EngineSession, SessionHandler> owner;
    private final HttpHandler fallback;
    private final @Nullable Cors cors;
    private final Map<String, EngineSession> sessions = new ConcurrentHashMap<>();
    private final Map<EventLoop, SessionLoop> loops = new ConcurrentHashMap<>();
    private volatile boolean closing;

    /**
     * @param owner called on the event loop of each new session, right after its open packet was queued
     * @param fallback answers requests outside the path
     */
    public EngineServer(EngineOptions options, Function<EngineSession, SessionHandler> owner, HttpHandler fallback) {
        this.options = requireNonNull(options, "options");
        this.owner = requireNonNull(owner, "owner");
        this.fallback = requireNonNull(fallback, "fallback");
        this.cors = options.cors().map(Cors::new).orElse(null);
    }

    public EngineOptions options() {
        return options;
    }

    /** How many sessions there are. */
    public int sessionCount() {
        return sessions.size();
    }

    /** Makes a new connection serve HTTP and Engine.IO; behind a TLS handler if there is one. */
    public void install(ChannelPipeline pipeline) {
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_HTTP_HEAD_BYTES)
                .setMaxHeaderSize(MAX_HTTP_HEAD_BYTES);
        pipeline.addLast(new HttpServerCodec(config), new EngineHttpHandler(this));
    }

    /** Closes all sessions, refuses new ones; done when none is left. */
    public CompletionStage<Void> close() {
        closing = true;
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (EngineSession session : sessions.values()) {
            ends.add(CompletableFuture.runAsync(
                    () -> session.end(CloseReason.SERVER_SHUTTING_DOWN, ""), session.eventLoop()));
        }
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
    }

    int maxBodyBytes(EngineRequest request) {
        int limit = options.maxPayloadBytes();
        return request.parameter("j").isEmpty()
                ? limit
                : (int) Math.min(Integer.MAX_VALUE, (long) limit * FORM_EXPANSION);
    }

    void forget(EngineSession session) {
        sessions.remove(session.id().value(), session);
    }

    /** A request, on its channel's event loop. */
    void handle(HttpExchange exchange) {
        if (!exchange.request().path().startsWith(options.pathPrefix())) {
            handOver(exchange);
            return;
        }
        if (cors != null) {
            Optional<HttpReply> preflight = cors.apply(exchange.request(), exchange.answerHeaders());
            if (preflight.isPresent()) {
                exchange.answer(preflight.get());
                return;
            }
        }
        verify(exchange);
    }

    private void handOver(HttpExchange exchange) {
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
        if (exchange.request().isWebSocketUpgrade()) {
            exchange.body().complete(new byte[0]);
        }
    }

    private void verify(HttpExchange exchange) {
        EngineRequest request = exchange.request();
        Optional<TransportName> transport =
                TransportName.of(request.parameter("transport")).filter(options.transports()::contains);
        if (transport.isEmpty()) {
            refuse(exchange, EngineError.TRANSPORT_UNKNOWN);
        } else if (!request.header("origin").map(EngineServer::isHeaderText).orElse(true)) {
            refuse(exchange, EngineError.BAD_REQUEST);
        } else if (request.parameter("sid").isEmpty()) {
            verifyHandshake(exchange, transport.get());
        } else {
            verifySession(exchange, transport.get());
        }
    }

    private void verifySession(HttpExchange exchange, TransportName transport) {
        EngineRequest request = exchange.request();
        EngineSession session = sessions.get(request.parameter("sid"));
        if (session == null) {
            refuse(exchange, EngineError.SESSION_ID_UNKNOWN);
        } else if (request.isWebSocketUpgrade()) {
            if (transport == TransportName.WEBSOCKET
                    && options.upgradesToWebSocket()
                    && WebSocketHandshake.isValid(request)) {
                probe(exchange, session);
            } else {
                refuse(exchange, EngineError.BAD_REQUEST);
            }
        } else if (session.transportName() != transport) {
            refuse(exchange, EngineError.BAD_REQUEST);
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
            refuse(exchange, EngineError.BAD_HANDSHAKE_METHOD);
        } else if (upgrade != (transport == TransportName.WEBSOCKET)
                || (upgrade && !WebSocketHandshake.isValid(request))) {
            refuse(exchange, EngineError.BAD_REQUEST);
        } else {
            checkGate(exchange, transport);
        }
    }

    private void checkGate(HttpExchange exchange, TransportName transport) {
        CompletionStage<RequestGate.Decision> decision;
        try {
            decision = options.gate().check(exchange.request());
        } catch (RuntimeException e) {
            decision = CompletableFuture.failedStage(e);
        }
        decision.whenComplete((answer, failure) -> {
            if (failure != null) {
                log.error("request gate failed", failure);
                refuse(exchange, EngineError.FORBIDDEN);
            } else if (!answer.allowed()) {
                exchange.refuse(
                        EngineError.FORBIDDEN,
                        answer.message().isEmpty() ? EngineError.FORBIDDEN.message() : answer.message());
            } else if (exchange.channel().eventLoop().inEventLoop()) {
                handshake(exchange, transport);
            } else {
                exchange.channel().eventLoop().execute(() -> handshake(exchange, transport));
            }
        });
    }

    private void handshake(HttpExchange exchange, TransportName transport) {
        EngineRequest request = exchange.request();
        ProtocolRevision revision = request.parameter("EIO").equals("4") ? ProtocolRevision.V4 : ProtocolRevision.V3;
        if (revision == ProtocolRevision.V3 && !options.allowV3()) {
            refuse(exchange, EngineError.UNSUPPORTED_PROTOCOL_VERSION);
            return;
        }
        if (closing || !exchange.channel().isActive()) {
            exchange.answerHeaders().set(HttpHeaderNames.CONNECTION, "close");
            exchange.answer(HttpReply.empty(503));
            return;
        }
        EngineSessionId id = EngineSessionId.random();
        EngineSession session =
                new EngineSession(this, id, loop(exchange.channel().eventLoop()), request, revision);
        sessions.put(id.value(), session);
        options.cookie().ifPresent(cookie -> exchange.answerHeaders().add("Set-Cookie", cookie.header(id)));
        OutboundMessage open = openPacket(id, transport);
        if (transport == TransportName.WEBSOCKET) {
            session.openWebSocket(acceptWebSocket(exchange, session), open);
        } else {
            session.openPolling(exchange, open);
        }
        log.debug("session opened: {} revision {}", transport.text(), revision.number());
        session.handler(owner.apply(session));
        if (closing) {
            // It was not in the map yet when the others were closed.
            session.end(CloseReason.SERVER_SHUTTING_DOWN, "");
        }
    }

    /** Lets a WebSocket try to take a polling session over. Its channel first moves to the session's event loop, so that all is in step. */
    private void probe(HttpExchange exchange, EngineSession session) {
        Channel channel = exchange.channel();
        if (channel.eventLoop() == session.eventLoop()) {
            session.onProbe(acceptWebSocket(exchange, session));
            return;
        }
        channel.deregister()
                .addListener(gone -> session.eventLoop().register(channel).addListener(moved -> {
                    if (moved.isSuccess()) {
                        session.onProbe(acceptWebSocket(exchange, session));
                    } else {
                        log.debug("websocket could not move to its session's event loop", moved.cause());
                        channel.close();
                    }
                }));
    }

    private WebSocketTransport acceptWebSocket(HttpExchange exchange, EngineSession session) {
        boolean compressing = options.perMessageDeflate()
                && PerMessageDeflate.isOffered(exchange.request().header("sec-websocket-extensions"));
        WebSocketTransport transport = new WebSocketTransport(session, options.maxPayloadBytes(), compressing);
        WebSocketHandshake.accept(exchange, transport, options.maxPayloadBytes());
        return transport;
    }

    private OutboundMessage openPacket(EngineSessionId id, TransportName transport) {
        boolean upgradable = transport == TransportName.POLLING && options.upgradesToWebSocket();
        String json = "{\"sid\":\"" + id.value()
                + "\",\"upgrades\":" + (upgradable ? "[\"websocket\"]" : "[]")
                + ",\"pingInterval\":" + options.pingInterval().toMillis()
                + ",\"pingTimeout\":" + options.pingTimeout().toMillis()
                + ",\"maxPayload\":" + options.maxPayloadBytes() + "}";
        return OutboundMessage.of(new EnginePacket.Open(json));
    }

    private SessionLoop loop(EventLoop eventLoop) {
        return loops.computeIfAbsent(
                eventLoop,
                key -> new SessionLoop(key, new PerMessageDeflate(options.perMessageDeflateThresholdBytes())));
    }

    private static void refuse(HttpExchange exchange, EngineError error) {
        log.debug("request refused: {}", error.message());
        exchange.refuse(error, error.message());
    }

    /** The characters that Node allows in a header: tab, space to tilde, and beyond ASCII. */
    private static boolean isHeaderText(String value) {
        return value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c != 0x7F && c <= 0xFF));
    }
}
