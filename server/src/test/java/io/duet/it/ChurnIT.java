package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients come and go in every way: nothing of them may stay. */
final class ChurnIT {
    private static final int WARM_UP = 2_000;
    private static final int ROOMS = 50;
    private static final int CLIENTS_AT_ONCE = 8;

    /** How many connections without a word of Socket.IO are left to the server at a time. */
    private static final int SILENT_AT_ONCE = 300;

    private static final long HEAP_TOLERANCE_BYTES = 3_000_000;

    private enum Start {
        POLLING,
        WEBSOCKET,
        UPGRADE_THEN_JOIN,
        JOIN_THEN_UPGRADE
    }

    private enum End {
        CLIENT_DISCONNECT,
        CONNECTION_CUT,
        SERVER_DISCONNECT,
        REFUSED,
        NEVER_JOINED
    }

    @Test
    void keepsNothingOfClientsThatAreGone() throws Exception {
        churn(3_000);
    }

    @Tag("long")
    @Test
    void keepsNothingOfManyClientsThatAreGone() throws Exception {
        churn(50_000);
    }

    private static void churn(int clients) throws Exception {
        // Longer than any client here has to wait for a core.
        try (LoadedServer server =
                LoadedServer.start("--ping-interval", "3000", "--ping-timeout", "3000", "--connect-timeout", "3000")) {
            run(server, WARM_UP);
            server.awaitState(LoadedServer.State.EMPTY);
            long heapBefore = server.usedHeapBytes();
            int filesBefore = server.openFiles();

            run(server, clients);

            server.awaitState(LoadedServer.State.EMPTY);
            assertThat(server.usedHeapBytes()).isLessThan(heapBefore + HEAP_TOLERANCE_BYTES);
            assertThat(server.openFiles()).isLessThanOrEqualTo(filesBefore);
        }
    }

    private static void run(LoadedServer server, int clients) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS_AT_ONCE);
        AtomicInteger next = new AtomicInteger();
        Queue<EngineClient> silent = new ConcurrentLinkedQueue<>();
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < CLIENTS_AT_ONCE; i++) {
            workers.add(threads.submit(() -> {
                for (int number = next.getAndIncrement(); number < clients; number = next.getAndIncrement()) {
                    comeAndGo(server.port(), number, silent);
                }
                return null;
            }));
        }
        threads.shutdown();
        try {
            for (Future<?> worker : workers) {
                worker.get(5, TimeUnit.MINUTES);
            }
            for (EngineClient client : silent) {
                client.awaitEnd();
                client.close();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** The number decides how: 20 combinations, and for each of them two variants. */
    private static void comeAndGo(int port, int number, Queue<EngineClient> silent) throws IOException {
        Start start = Start.values()[number % Start.values().length];
        End end = End.values()[number / Start.values().length % End.values().length];
        boolean variant = number / (Start.values().length * End.values().length) % 2 == 0;
        PollingClient polling = start == Start.WEBSOCKET ? null : PollingClient.open(port);
        if (end == End.REFUSED || end == End.NEVER_JOINED) {
            EngineClient client =
                    polling == null ? WebSocketClient.open(port) : start == Start.POLLING ? polling : polling.upgrade();
            notTakenIn(client, end, variant, silent);
            return;
        }
        EngineClient client;
        if (start == Start.JOIN_THEN_UPGRADE) {
            polling.join();
            client = polling.upgrade();
        } else {
            client =
                    polling == null ? WebSocketClient.open(port) : start == Start.POLLING ? polling : polling.upgrade();
            client.join();
        }
        client.send("42" + EngineClient.event("join", "\"room-" + number % ROOMS + '"'), "42[\"ask\"]");
        assertThat(client.call("echo", number)).isEqualTo("[" + number + "]");
        leave(client, end, variant);
    }

    private static void notTakenIn(EngineClient client, End end, boolean variant, Queue<EngineClient> silent)
            throws IOException {
        if (end == End.REFUSED) {
            client.send("40{\"refuse\":true}");
            assertThat(client.receive()).isEqualTo("44{\"message\":\"refused\"}");
        } else if (!variant) {
            silent.add(client);
            if (silent.size() > SILENT_AT_ONCE) {
                EngineClient oldest = silent.remove();
                oldest.awaitEnd();
                oldest.close();
            }
            return;
        }
        client.cut(variant);
    }

    private static void leave(EngineClient client, End end, boolean variant) throws IOException {
        switch (end) {
            case CLIENT_DISCONNECT -> {
                if (variant) {
                    client.send("41");
                }
                client.leave();
            }
            case CONNECTION_CUT -> {
                if (variant && client instanceof PollingClient polling) {
                    polling.startPoll();
                }
                client.cut(variant);
            }
            case SERVER_DISCONNECT -> {
                client.emit("leave", variant);
                assertThat(client.receive()).isEqualTo("41");
                if (variant) {
                    client.awaitEnd();
                }
                client.cut(variant);
            }
            case REFUSED, NEVER_JOINED -> throw new IllegalArgumentException("end: " + end + " (expected: joined)");
        }
    }
}
