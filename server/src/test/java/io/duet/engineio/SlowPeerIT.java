package io.duet.engineio;

import static io.duet.engineio.EngineExtension.WEBSOCKET;
import static io.duet.engineio.EngineExtension.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.wire.RawHttp;
import io.duet.wire.RawPolling;
import io.duet.wire.RawWebSocket;
import io.duet.wire.WebSocketFrame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Peers that ask and do not read: nothing piles up for them. */
final class SlowPeerIT {
    /** Of a receive buffer that the network does not enlarge. */
    private static final int RECEIVE_BYTES = 16 * 1024;

    /** More than the network takes for a connection. */
    private static final int MUCH_BYTES = 20_000_000;

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @Test
    void pipelinedRequestsWaitUntilThePeerReads() throws IOException {
        int requests = MUCH_BYTES / 10_000;
        AtomicInteger handled = new AtomicInteger();
        engine.start(options -> {}, (request, body) -> {
            handled.incrementAndGet();
            return CompletableFuture.completedFuture(new HttpReply(200, Map.of(), new byte[10_000]));
        });
        try (RawHttp http = slow()) {
            http.write("GET /other HTTP/1.1\r\n\r\n".repeat(requests));

            await().during(Duration.ofMillis(300)).until(() -> handled.get() > 0 && handled.get() < requests / 2);

            for (int i = 0; i < requests; i++) {
                assertThat(http.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void onlyTheLatestPingIsAnsweredOnceThePeerReads() throws IOException {
        int pings = MUCH_BYTES / 100;
        engine.start();
        try (RawHttp http = slow()) {
            RawWebSocket webSocket = RawWebSocket.open(http, WEBSOCKET);
            webSocket.readText();
            webSocket.frames(pings, WebSocketFrame.PING, SlowPeerIT::numbered);

            int pongs = 0;
            int last = -1;
            while (last < pings - 1) {
                int number = ByteBuffer.wrap(webSocket.read().payload()).getInt();
                assertThat(number).isGreaterThan(last);
                last = number;
                pongs++;
            }

            assertThat(pongs).isLessThan(pings);
            assertThat(webSocket.isQuiet()).isTrue();
        }
    }

    @Test
    void whatAPollIsAnsweredWithCountsUntilItIsWritten() throws Exception {
        engine.start();
        RawPolling polling = engine.polling();
        EngineSession session = engine.session();
        try (RawHttp http = slow()) {
            beginLargePoll(http, polling, session);
            long unread = session.queuedBytes();

            int length = http.read().body().length;

            assertThat(unread).isGreaterThan(MUCH_BYTES);
            assertThat(length).isEqualTo(MUCH_BYTES + 1);
            await().until(() -> session.queuedBytes() == 0);
            assertThat(session.send(text("next"))).isTrue();
            assertThat(polling.poll()).hasToString("200 4next");
        }
    }

    @Test
    void aSessionIsClosedIfTooMuchOfAnAnswerIsNotRead() throws Exception {
        engine.start();
        RawPolling polling = engine.polling();
        EngineSession session = engine.session();
        try (RawHttp http = slow()) {
            beginLargePoll(http, polling, session);

            session.send(text("one more"));

            assertThat(engine.end().description()).contains("the peer reads too slowly");
        }
    }

    /** Returns when the answer has begun to come. */
    private static void beginLargePoll(RawHttp http, RawPolling polling, EngineSession session) throws IOException {
        session.send(text("x".repeat(MUCH_BYTES)));
        http.sendGet(polling.target());
        await().until(() -> !http.isQuiet());
    }

    private RawHttp slow() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BYTES);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), engine.port()));
        return new RawHttp(socket);
    }

    private static byte[] numbered(int number) {
        return ByteBuffer.allocate(100).putInt(number).array();
    }
}
