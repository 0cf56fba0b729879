package io.duet.engineio;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP connection: makes {@link HttpExchange}s of what it reads, one at a time.
 *
 * <p>A request is routed as soon as its headers are here, so that a refusal does not wait for a body and overlapping polls are seen when they
 * begin; only an upgrade waits for the end of the request. Pipelined requests wait until the one before is answered, and until the peer takes the
 * answers; reading stops meanwhile.
 */
final class EngineHttpHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(EngineHttpHandler.class);

    /** How long a connection may sit without a request under way, or with one that does not arrive completely. */
    private static final long IDLE_TIMEOUT_SECONDS = 75;

    private final EngineServer engine;
    private final RequestRouter router;
    private final Deque<Object> waiting = new ArrayDeque<>(2);
    private @Nullable Channel channel;
    private @Nullable HttpExchange current;
    private @Nullable ByteBuf body;
    private boolean receiving;
    private long idleSinceNanos = System.nanoTime();
    private @Nullable ScheduledFuture<?> idleCheck;

    EngineHttpHandler(EngineServer engine, RequestRouter router) {
        this.engine = engine;
        this.router = router;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        idleCheck = ctx.executor()
                .scheduleAtFixedRate(
                        () -> closeIfIdle(ctx), IDLE_TIMEOUT_SECONDS, IDLE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (idleCheck != null) {
            idleCheck.cancel(false);
        }
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        dropBody();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!waiting.isEmpty() || mustWait(ctx, message)) {
            waiting.add(message);
            ctx.channel().config().setAutoRead(false);
            return;
        }
        read(ctx, message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readWaiting();
        ctx.fireChannelWritabilityChanged();
    }

    /** The exchange was answered; called on this channel's event loop. */
    void answered(HttpExchange exchange) {
        if (exchange != current) {
            return;
        }
        idleSinceNanos = System.nanoTime();
        if (!receiving) {
            current = null;
            readWaiting();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        HttpExchange exchange = current;
        current = null;
        if (exchange != null && !exchange.isAnswered()) {
            exchange.aborted().complete(null);
            exchange.body().cancel(false);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Without the message: that of a request which comes without TLS quotes the request.
        log.debug("http connection failed: {}", kind(cause));
        ctx.close();
    }

    private static String kind(Throwable failure) {
        Throwable cause =
                failure instanceof DecoderException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getClass().getSimpleName();
    }

    private boolean mustWait(ChannelHandlerContext ctx, Object message) {
        return message instanceof HttpRequest
                && (current != null || !ctx.channel().isWritable());
    }

    private void read(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                begin(ctx, request);
            }
            if (message instanceof HttpContent content) {
                receive(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST));
            ctx.close();
            return;
        }
        if (HttpUtil.is100ContinueExpected(request)) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        boolean secure = ctx.pipeline().get(SslHandler.class) != null;
        EngineRequest engineRequest =
                EngineRequest.of(request, ctx.channel(), engine.options().clientAddress(), engine.texts(), secure);
        HttpExchange exchange = new HttpExchange(this, ctx.channel(), engineRequest, HttpUtil.isKeepAlive(request));
        current = exchange;
        receiving = true;
        idleSinceNanos = System.nanoTime();
        if (!engineRequest.isWebSocketUpgrade()) {
            router.route(exchange);
        }
    }

    private void receive(HttpContent content) {
        HttpExchange exchange = current;
        if (exchange == null) {
            return;
        }
        collect(exchange, content.content());
        if (!(content instanceof LastHttpContent)) {
            return;
        }
        receiving = false;
        if (exchange.request().isWebSocketUpgrade()) {
            router.route(exchange);
            return;
        }
        exchange.body().complete(takeBody());
        if (exchange.isAnswered() && exchange == current) {
            current = null;
            readWaiting();
        }
    }

    /** Keeps a piece of the body unless nobody wants it any more. */
    private void collect(HttpExchange exchange, ByteBuf piece) {
        if (!piece.isReadable() || exchange.isAnswered() || exchange.body().isDone()) {
            return;
        }
        int soFar = body == null ? 0 : body.readableBytes();
        if (soFar + piece.readableBytes() > router.maxBodyBytes(exchange.request())) {
            dropBody();
            exchange.answer(HttpReply.empty(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE.code()));
            exchange.body().completeExceptionally(new HttpExchange.BodyTooLargeException());
            return;
        }
        if (body == null) {
            body = piece.alloc().buffer(piece.readableBytes());
        }
        // Copied: a chunk can be much smaller than what it takes to keep it.
        body.writeBytes(piece);
    }

    private byte[] takeBody() {
        if (body == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        dropBody();
        return bytes;
    }

    private void dropBody() {
        if (body != null) {
            body.release();
            body = null;
        }
    }

    private void readWaiting() {
        Channel on = channel;
        if (waiting.isEmpty() || on == null) {
            return;
        }
        // On a later turn: an answer may come from within the reading of its request.
        on.eventLoop().execute(() -> {
            ChannelHandlerContext ctx = on.pipeline().context(this);
            while (ctx != null && !waiting.isEmpty() && !mustWait(ctx, waiting.peek())) {
                read(ctx, waiting.remove());
            }
            if (waiting.isEmpty()) {
                on.config().setAutoRead(true);
            }
        });
    }

    private void closeIfIdle(ChannelHandlerContext ctx) {
        boolean busy = current != null && !receiving;
        if (!busy && System.nanoTime() - idleSinceNanos > TimeUnit.SECONDS.toNanos(IDLE_TIMEOUT_SECONDS)) {
            log.debug("http connection closed: no complete request for {} s", IDLE_TIMEOUT_SECONDS);
            ctx.close();
        }
    }
}
