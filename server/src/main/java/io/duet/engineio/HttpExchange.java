package io.duet.engineio;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.CompletableFuture;

/**
 * One request and its answer on one connection. May be answered from any thread, once; further answers are ignored, so that whoever comes
 * first (a poll's packets, an abort, a refusal) decides.
 */
final class HttpExchange {
    private final EngineHttpHandler connection;
    private final Channel channel;
    private final EngineRequest request;
    private final boolean keepAlive;
    private final HttpHeaders answerHeaders = new DefaultHttpHeaders();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final CompletableFuture<Void> aborted = new CompletableFuture<>();
    private boolean answered;

    HttpExchange(EngineHttpHandler connection, Channel channel, EngineRequest request, boolean keepAlive) {
        this.connection = connection;
        this.channel = channel;
        this.request = request;
        this.keepAlive = keepAlive;
    }

    EngineRequest request() {
        return request;
    }

    Channel channel() {
        return channel;
    }

    /** Headers that any answer to this request will carry; to be filled before it is answered. */
    HttpHeaders answerHeaders() {
        return answerHeaders;
    }

    /**
     * Completes on the channel's event loop with the whole body, or fails with {@link BodyTooLargeException} (already answered with 413) or
     * because the peer went away.
     */
    CompletableFuture<byte[]> body() {
        return body;
    }

    /** Completes on the channel's event loop if the peer goes away before it was answered. */
    CompletableFuture<Void> aborted() {
        return aborted;
    }

    void answer(HttpReply reply) {
        answer(reply, () -> {});
    }

    /** @param done runs on the channel's event loop once the network has taken the answer, or never will */
    void answer(HttpReply reply, Runnable done) {
        execute(() -> write(reply, done));
    }

    /** Runs on the channel's event loop, at once if that is where the caller is. */
    void execute(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
        } else {
            channel.eventLoop().execute(task);
        }
    }

    /** Refuses as engine.io does: JSON on plain HTTP; on an upgrade a plain 400 after which the connection closes. */
    void refuse(EngineError error, String message) {
        if (request.isWebSocketUpgrade()) {
            answerHeaders.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            answer(HttpReply.of(HttpResponseStatus.BAD_REQUEST.code(), "text/html", message));
        } else {
            String json = "{\"code\":" + error.code() + ",\"message\":" + JsonText.quote(message) + "}";
            answer(HttpReply.of(error.status(), "application/json", json));
        }
    }

    boolean isAnswered() {
        return answered;
    }

    private void write(HttpReply reply, Runnable done) {
        if (answered || !channel.isActive()) {
            done.run();
            return;
        }
        answered = true;
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), Unpooled.wrappedBuffer(reply.body()));
        reply.headers().forEach((name, value) -> response.headers().set(name, value));
        answerHeaders.forEach(header -> response.headers().add(header.getKey(), header.getValue()));
        if (reply.status() != HttpResponseStatus.NOT_MODIFIED.code()) {
            // There it would be the length of what the peer has already (RFC 9110, section 8.6).
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
        }
        boolean close = !keepAlive || answerHeaders.contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        if (close) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        channel.writeAndFlush(response)
                .addListener(written -> done.run())
                .addListener(close ? ChannelFutureListener.CLOSE : ChannelFutureListener.CLOSE_ON_FAILURE);
        connection.answered(this);
    }

    /** The body is larger than the server takes. */
    static final class BodyTooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BodyTooLargeException() {
            super("body too large", null, false, false);
        }
    }
}
