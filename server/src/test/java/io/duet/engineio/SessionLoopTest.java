package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions over WebSockets on one event loop, which runs when the test says so. */
final class SessionLoopTest {
    private static final int FRAME_HEAD_BYTES = 2;

    private final EmbeddedChannel eventLoop = new EmbeddedChannel();
    private final EngineServer server = new EngineServer(
            EngineOptions.builder().build(),
            Runnable::run,
            session -> new NoHandler(),
            (request, body) -> CompletableFuture.completedFuture(HttpReply.empty(404)));
    private final SessionLoop loop =
            new SessionLoop(eventLoop.eventLoop(), Runnable::run, new PerMessageDeflate(Integer.MAX_VALUE));
    private final EmbeddedChannel onePeer = new EmbeddedChannel();
    private final EmbeddedChannel otherPeer = new EmbeddedChannel();
    private final EngineSession one = session(onePeer);
    private final EngineSession other = session(otherPeer);

    @BeforeEach
    void takeOpenPackets() {
        eventLoop.runPendingTasks();
        received(onePeer);
        received(otherPeer);
    }

    @AfterEach
    void close() {
        one.end(CloseReason.TRANSPORT_CLOSE, "");
        other.end(CloseReason.TRANSPORT_CLOSE, "");
        onePeer.finishAndReleaseAll();
        otherPeer.finishAndReleaseAll();
        eventLoop.finishAndReleaseAll();
    }

    @Test
    void flushesAllSessionsInOneTurn() {
        one.send(text("a"));
        other.send(text("b"));
        one.send(text("c"));

        eventLoop.runPendingTasks();

        assertThat(received(onePeer)).containsExactly("4a", "4c");
        assertThat(received(otherPeer)).containsExactly("4b");
    }

    @Test
    void forgetsNobodyWhenASessionIsFlushedAndSendsAgainBeforeItsTurn() {
        other.send(text("waiting"));
        one.send(text("a"));
        one.flushNow();
        one.send(text("b"));

        eventLoop.runPendingTasks();

        assertThat(received(onePeer)).containsExactly("4a", "4b");
        assertThat(received(otherPeer)).containsExactly("4waiting");
    }

    @Test
    void flushesWhatIsSentAfterItsTurn() {
        one.send(text("a"));
        one.flushNow();
        eventLoop.runPendingTasks();
        one.send(text("b"));

        eventLoop.runPendingTasks();

        assertThat(received(onePeer)).containsExactly("4a", "4b");
    }

    /** In several turns. */
    @Test
    void flushesManySessions() {
        List<EmbeddedChannel> peers =
                Stream.generate(EmbeddedChannel::new).limit(100).toList();
        List<EngineSession> sessions = peers.stream().map(this::session).toList();
        eventLoop.runPendingTasks();
        peers.forEach(SessionLoopTest::received);
        sessions.forEach(session -> session.send(text("a")));

        eventLoop.runPendingTasks();

        assertThat(peers).allSatisfy(peer -> assertThat(received(peer)).containsExactly("4a"));
        sessions.forEach(session -> session.end(CloseReason.TRANSPORT_CLOSE, ""));
        peers.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private EngineSession session(EmbeddedChannel peer) {
        EngineRequest request = new EngineRequest("GET", "/", "/", Map.of(), Map.of(), "127.0.0.1", false);
        EngineSession session =
                new EngineSession(server, new EngineSessionId(RandomId.next()), loop, request, ProtocolRevision.V4);
        WebSocketTransport transport = new WebSocketTransport(session, 1000, false, true);
        peer.pipeline().addLast(transport);
        session.openWebSocket(transport, OutboundMessage.of(new EnginePacket.Open("{}")));
        return session;
    }

    private static OutboundMessage text(String text) {
        return OutboundMessage.of(new EnginePacket.Text(text));
    }

    /** The texts of the frames, all short, that came since the last call. */
    private static List<String> received(EmbeddedChannel peer) {
        List<String> texts = new ArrayList<>();
        for (ByteBuf batch = peer.readOutbound(); batch != null; batch = peer.readOutbound()) {
            while (batch.isReadable()) {
                int length = batch.getByte(batch.readerIndex() + 1);
                batch.skipBytes(FRAME_HEAD_BYTES);
                texts.add(batch.readCharSequence(length, StandardCharsets.UTF_8).toString());
            }
            batch.release();
        }
        return texts;
    }

    /** Hears nothing. */
    private static final class NoHandler implements SessionHandler {
        @Override
        public void onText(String text) {
            throw new AssertionError("nothing is received");
        }

        @Override
        public void onBinary(byte[] bytes) {
            throw new AssertionError("nothing is received");
        }

        @Override
        public void onClose(CloseReason reason, String description) {
            // At the end of each test.
        }
    }
}
