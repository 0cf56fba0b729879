package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer that reads nothing. */
final class WebSocketTransportTest {
    private final EmbeddedChannel connection = new EmbeddedChannel(new NeverWritten());
    private final EngineServer server = new EngineServer(
            EngineOptions.builder().build(),
            Runnable::run,
            session -> DiscardingHandler.INSTANCE,
            (request, body) -> CompletableFuture.completedFuture(HttpReply.empty(404)));

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
    }

    @Test
    void endsTheConnectionThoughThePeerDoesNotTakeTheAnswerToItsCloseFrame() {
        connection.freezeTime();
        open();

        connection.writeInbound(new CloseWebSocketFrame());
        boolean openAtFirst = connection.isOpen();
        connection.advanceTimeBy(3, TimeUnit.SECONDS);
        connection.runScheduledPendingTasks();

        assertThat(openAtFirst).isTrue();
        assertThat(connection.isOpen()).isFalse();
    }

    private void open() {
        SessionLoop loop =
                new SessionLoop(connection.eventLoop(), Runnable::run, new PerMessageDeflate(Integer.MAX_VALUE));
        EngineRequest request = new EngineRequest("GET", "/", "/", Map.of(), Map.of(), "127.0.0.1", false);
        EngineSession session =
                new EngineSession(server, new EngineSessionId(RandomId.next()), loop, request, ProtocolRevision.V4);
        WebSocketTransport transport = new WebSocketTransport(session, 1000, false, true);
        connection.pipeline().addLast(transport);
        session.openWebSocket(transport, OutboundMessage.of(new EnginePacket.Open("{}")));
    }

    private static final class NeverWritten extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
        }
    }
}
