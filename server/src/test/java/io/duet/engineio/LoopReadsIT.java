package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.engineio.codec.EnginePacket;
import io.duet.wire.RawWebSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How far loops read ahead of what they handle. */
final class LoopReadsIT {
    private static final int PACKETS = 40;
    private static final String PACKET = "4" + "x".repeat(1_000);

    /** Together they send a loop more than it reads in a turn. */
    private static final int CLIENTS_OF_A_LOOP = 10;

    private static final int READ_ONCE = 17;

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @Test
    void readsConnectionsToTheirEndUntilItHasReadMuchThenEachOnce() throws InterruptedException {
        engine.start();
        int count = CLIENTS_OF_A_LOOP * Runtime.getRuntime().availableProcessors();
        List<RawWebSocket> clients = new ArrayList<>(count);
        List<Integer> firstTurns = new CopyOnWriteArrayList<>();
        List<EngineSession> sessions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            clients.add(engine.webSocket());
            EngineSession session = engine.session();
            session.addListener(new FirstTurn(session, firstTurns));
            sessions.add(session);
        }
        CompletableFuture<Void> sent = new CompletableFuture<Void>().orTimeout(10, TimeUnit.SECONDS);
        sessions.forEach(session -> session.executor().execute(sent::join));
        String[] packets = new String[PACKETS];
        Arrays.fill(packets, PACKET);

        clients.forEach(client -> client.texts(packets));
        sent.complete(null);

        for (RawWebSocket client : clients) {
            for (String packet : packets) {
                assertThat(client.readText()).isEqualTo(packet);
            }
        }
        await().until(() -> firstTurns.size() == count);
        assertThat(firstTurns).contains(PACKETS).anyMatch(read -> read <= READ_ONCE);
    }

    /** Tells how many packets of a session came before its loop had a turn for anything else. */
    private static final class FirstTurn implements SessionListener {
        private final EngineSession session;
        private final List<Integer> told;
        private int packets;

        FirstTurn(EngineSession session, List<Integer> told) {
            this.session = session;
            this.told = told;
        }

        @Override
        public void packet(EnginePacket packet) {
            packets++;
            if (packets == 1) {
                session.executor().execute(() -> told.add(packets));
            }
        }
    }
}
