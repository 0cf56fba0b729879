package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.EngineProtocolException;
import io.duet.engineio.codec.JsonPadding;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.PollingPayloadV3;
import io.duet.engineio.codec.PollingPayloadV4;
import io.duet.engineio.codec.ProtocolRevision;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * HTTP long-polling: a GET that is held until there are packets, and POSTs with packets (engine.io-protocol v4, "HTTP long-polling"). The
 * exchanges may live on other event loops; they are touched through their thread-safe methods only.
 */
final class PollingTransport implements Transport {
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final String BINARY = "application/octet-stream";
    private static final OutboundMessage CLOSE = OutboundMessage.of(List.of(new EnginePacket.Close()), false);
    private static final OutboundMessage NOOP = OutboundMessage.of(List.of(new EnginePacket.Noop()), false);

    /** How long a poll that was sent together with a close packet may take to arrive on its other connection. */
    private static final long LATE_POLL_MILLIS = 20;

    private final EngineSession session;
    private final int compressionThresholdBytes;
    private @Nullable HttpExchange poll;
    private @Nullable HttpExchange post;
    private boolean suspended;
    private boolean peerClosed;

    PollingTransport(EngineSession session, int compressionThresholdBytes) {
        this.session = session;
        this.compressionThresholdBytes = compressionThresholdBytes;
    }

    @Override
    public TransportName name() {
        return TransportName.POLLING;
    }

    /** Any request of this session that asks for polling. */
    void onRequest(HttpExchange exchange) {
        switch (exchange.request().method()) {
            case "GET" -> onPoll(exchange);
            case "POST" -> onPost(exchange);
            default -> exchange.answer(HttpReply.empty(500));
        }
    }

    @Override
    public boolean isWritable() {
        return poll != null;
    }

    @Override
    public void flush(Outbox outbox) {
        List<OutboundMessage> messages = new ArrayList<>();
        for (OutboundMessage message = outbox.poll(); message != null; message = outbox.poll()) {
            messages.add(message);
        }
        long accounted = messages.stream().mapToLong(OutboundMessage::sizeBytes).sum();
        answerPoll(messages, () -> outbox.release(accounted));
    }

    /** Lets the client finish its poll, so that it can go on with an upgrade. */
    void releasePoll() {
        if (poll != null) {
            answerPoll(List.of(NOOP), () -> {});
        }
    }

    @Override
    public void close() {
        if (poll != null) {
            answerPoll(List.of(peerClosed ? NOOP : CLOSE), () -> {});
        }
        if (post != null && post.body().isDone() && !post.body().isCompletedExceptionally()) {
            // It has arrived. An error could reach the client before the answer to its poll does, which tells what has
            // happened.
            answerPost(post);
        }
        refuse(post);
        post = null;
    }

    /** The session has moved on: a correct client has nothing under way here any more. */
    void abandon() {
        refuse(poll);
        refuse(post);
        poll = null;
        post = null;
    }

    @Override
    public void suspendReading(boolean suspend) {
        suspended = suspend;
        if (!suspend && post != null && post.body().isDone()) {
            answerPost(post);
        }
    }

    private void onPoll(HttpExchange exchange) {
        if (poll != null) {
            // Two polls at once: the client does not know what it does.
            exchange.answer(HttpReply.empty(400));
            session.onTransportError(this, "overlap from client");
            return;
        }
        poll = exchange;
        session.polled(true);
        exchange.aborted().thenRunAsync(() -> onPollAborted(exchange), session.eventLoop());
        if (peerClosed) {
            session.onTransportClosed(this, "");
        } else {
            session.flush();
        }
    }

    private void onPollAborted(HttpExchange exchange) {
        if (poll == exchange) {
            poll = null;
            session.polled(false);
            session.onTransportError(this, "poll connection closed prematurely");
        }
    }

    private void onPost(HttpExchange exchange) {
        if (post != null) {
            exchange.answer(HttpReply.empty(400));
            session.onTransportError(this, "data request overlap from client");
            return;
        }
        boolean binary =
                exchange.request().header("content-type").map(BINARY::equals).orElse(false);
        if (binary && session.revision() == ProtocolRevision.V4) {
            exchange.answer(HttpReply.empty(400));
            session.onTransportError(this, "invalid content");
            return;
        }
        post = exchange;
        exchange.body().whenComplete((body, failure) -> {
            if (session.eventLoop().inEventLoop()) {
                onBody(exchange, binary, body, failure);
            } else {
                // By the thread that will hand over the connection's next request: this one is settled before.
                session.eventLoop().execute(() -> onBody(exchange, binary, body, failure));
            }
        });
    }

    private void onBody(HttpExchange exchange, boolean binary, byte @Nullable [] body, @Nullable Throwable failure) {
        if (post != exchange) {
            return;
        }
        if (failure instanceof HttpExchange.BodyTooLargeException) {
            post = null;
        } else if (body == null) {
            post = null;
            session.onTransportError(this, "data request connection closed prematurely");
        } else {
            handle(exchange, binary, body);
        }
    }

    private void handle(HttpExchange exchange, boolean binary, byte[] body) {
        session.counters().receivedBytes.add(TransportName.POLLING, body.length);
        try {
            for (EnginePacket packet : decode(exchange.request(), binary, body)) {
                if (packet instanceof EnginePacket.Close) {
                    answerPost(exchange);
                    onPeerClose();
                    return;
                }
                session.onPacket(this, packet);
            }
        } catch (EngineProtocolException e) {
            answerPost(exchange);
            session.onProtocolError(this, String.valueOf(e.getMessage()));
            return;
        }
        if (!suspended) {
            answerPost(exchange);
        }
    }

    private void onPeerClose() {
        peerClosed = true;
        if (poll != null) {
            session.onTransportClosed(this, "");
        } else {
            session.eventLoop()
                    .schedule(() -> session.onTransportClosed(this, ""), LATE_POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private List<EnginePacket> decode(EngineRequest request, boolean binary, byte[] body) {
        if (binary) {
            return PollingPayloadV3.decodeBinary(body);
        }
        String text = new String(body, StandardCharsets.UTF_8);
        if (isPadded(request)) {
            text = JsonPadding.decode(formField(text));
        }
        return session.revision() == ProtocolRevision.V4
                ? PollingPayloadV4.decode(text)
                : PollingPayloadV3.decodeText(text);
    }

    private static String formField(String form) {
        try {
            List<String> values =
                    new QueryStringDecoder(form, false).parameters().get("d");
            if (values != null) {
                return values.get(0);
            }
        } catch (IllegalArgumentException e) {
            throw new EngineProtocolException("form: a broken percent escape");
        }
        throw new EngineProtocolException("form: no field d");
    }

    private void answerPost(HttpExchange exchange) {
        if (post == exchange) {
            post = null;
        }
        session.preparing(exchange);
        exchange.answer(new HttpReply(200, headers(exchange.request(), "text/html"), new byte[] {'o', 'k'}));
    }

    private void answerPoll(List<OutboundMessage> messages, Runnable done) {
        HttpExchange exchange = requireNonNull(poll, "poll");
        poll = null;
        session.polled(false);
        session.preparing(exchange);
        HttpReply reply = reply(exchange.request(), messages);
        session.counters().sentBytes.add(TransportName.POLLING, reply.body().length);
        exchange.answer(reply, done);
    }

    private HttpReply reply(EngineRequest request, List<OutboundMessage> messages) {
        boolean asBytes = isSentAsBytes(request, messages);
        boolean compress = messages.stream().anyMatch(OutboundMessage::compress);
        return compressed(
                request, compress, body(request, messages, asBytes), headers(request, asBytes ? BINARY : TEXT));
    }

    private boolean isSentAsBytes(EngineRequest request, List<OutboundMessage> messages) {
        return session.revision() == ProtocolRevision.V3
                && !isPadded(request)
                && request.takesBinary()
                && packets(messages).anyMatch(EnginePacket.Binary.class::isInstance);
    }

    private byte[] body(EngineRequest request, List<OutboundMessage> messages, boolean asBytes) {
        if (session.revision() == ProtocolRevision.V4 && !isPadded(request)) {
            return PollingPayloadV4.join(
                    messages.stream().map(OutboundMessage::pollingPayload).toList());
        }
        List<EnginePacket> packets = packets(messages).toList();
        return asBytes
                ? PollingPayloadV3.encodeBinary(packets)
                : text(request, packets).getBytes(StandardCharsets.UTF_8);
    }

    private static Stream<EnginePacket> packets(List<OutboundMessage> messages) {
        return messages.stream().flatMap(message -> message.packets().stream());
    }

    private String text(EngineRequest request, List<EnginePacket> packets) {
        String text = session.revision() == ProtocolRevision.V4
                ? PollingPayloadV4.encode(packets)
                : PollingPayloadV3.encodeText(packets);
        return isPadded(request) ? JsonPadding.encode(text, request.parameter("j")) : text;
    }

    private HttpReply compressed(EngineRequest request, boolean compress, byte[] body, Map<String, String> headers) {
        Optional<HttpCompression> coding = compress && body.length >= compressionThresholdBytes
                ? HttpCompression.accepted(request.header("accept-encoding").orElse(""))
                : Optional.empty();
        if (coding.isEmpty()) {
            return new HttpReply(200, headers, body);
        }
        Map<String, String> more = new HashMap<>(headers);
        more.put("Content-Encoding", coding.get().coding());
        return new HttpReply(200, more, coding.get().compress(body));
    }

    private static boolean isPadded(EngineRequest request) {
        return !request.parameter("j").isEmpty();
    }

    private static Map<String, String> headers(EngineRequest request, String contentType) {
        String agent = request.header("user-agent").orElse("");
        if (agent.contains(";MSIE") || agent.contains("Trident/")) {
            return Map.of("Content-Type", contentType, "cache-control", "no-store", "X-XSS-Protection", "0");
        }
        return Map.of("Content-Type", contentType, "cache-control", "no-store");
    }

    private static void refuse(@Nullable HttpExchange exchange) {
        if (exchange != null) {
            exchange.answer(HttpReply.empty(400));
        }
    }
}
