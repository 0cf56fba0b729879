package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawPolling;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EngineHttpHandlerTest {
    private final CompletableFuture<String> received = new CompletableFuture<>();
    private final EngineServer server = new EngineServer(
            EngineOptions.builder().build(), Runnable::run, session -> DiscardingHandler.INSTANCE, (request, body) -> {
                received.complete(new String(body, StandardCharsets.UTF_8));
                return CompletableFuture.completedFuture(HttpReply.empty(204));
            });
    private final EmbeddedChannel connection = new EmbeddedChannel(new EngineHttpHandler(server, server.router()));

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
    }

    /** However small the chunks of a body are: what they were read with is many times as large. */
    @Test
    void keepsNoBufferOfTheNetwork() {
        connection.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/other"));
        ByteBuf one = chunk("a");
        ByteBuf other = chunk("b");

        connection.writeInbound(new DefaultHttpContent(one), new DefaultHttpContent(other));

        assertThat(one.refCnt()).isZero();
        assertThat(other.refCnt()).isZero();
        connection.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(received).isCompletedWithValue("ab");
    }

    @Test
    void forgetsAnUpgradeWhoseClientIsGone() {
        AtomicReference<HttpMiddleware.Next> held = new AtomicReference<>();
        server.use((request, response, next) -> {
            if (request.isWebSocketUpgrade()) {
                held.set(next);
            } else {
                next.accept();
            }
        });
        EmbeddedChannel client =
                new EmbeddedChannel(new HttpServerCodec(), new EngineHttpHandler(server, server.router()));
        request(client, EngineExtension.POLLING, "Host: duet");
        String sid = RawPolling.sid(answer(client));
        request(
                client,
                EngineExtension.WEBSOCKET + "&sid=" + sid,
                "Host: duet",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");

        client.close();
        held.get().accept();

        assertThat(server.session(sid).orElseThrow().transportName()).isEqualTo(TransportName.POLLING);
        assertThat(client.outboundMessages()).isEmpty();
    }

    private static void request(EmbeddedChannel client, String target, String... headers) {
        String text = "GET " + target + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
        client.writeInbound(ByteBufUtil.writeAscii(client.alloc(), text));
    }

    private static String answer(EmbeddedChannel client) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf piece = client.readOutbound(); piece != null; piece = client.readOutbound()) {
            text.append(piece.toString(StandardCharsets.UTF_8));
            piece.release();
        }
        return text.toString();
    }

    private ByteBuf chunk(String text) {
        return ByteBufUtil.writeAscii(connection.alloc(), text);
    }
}
