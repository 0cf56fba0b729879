package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that read too slowly, listeners that work too slowly: on a server with a heap of 128 MB. */
final class LoadIT {
    private static final long MEGABYTE = 1_000_000;

    /** What may be left in use for other reasons: classes and caches that were not needed before. */
    private static final long HEAP_TOLERANCE_BYTES = 5 * MEGABYTE;

    private static final int BROADCASTS = 20_000;
    private static final int BROADCAST_BYTES = 10_000;
    private static final int AT_ONCE = 100;
    private static final int READERS = 3;
    private static final int EVENTS_AT_ONCE = 25;

    @Test
    void closesThoseWhoStopReadingAndServesTheOthersInOrder() throws Exception {
        try (LoadedServer server = LoadedServer.start();
                EngineClient watcher = joined(WebSocketClient.open(server.port()), "watchers");
                EngineClient stalledSocket = WebSocketClient.open(server.port(), 16 * 1024);
                EngineClient stalledPolling = PollingClient.open(server.port())) {
            String stalledSocketId = stalledSocket.join();
            String stalledPollingId = stalledPolling.join();
            stalledSocket.call("join", "\"all\"");
            stalledPolling.call("join", "\"all\"");
            List<Reader> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(Reader.start(joined(
                        i == 0 ? PollingClient.open(server.port()) : WebSocketClient.open(server.port()), "all")));
            }
            EngineClient sender = joined(WebSocketClient.open(server.port()), "sender");
            long before = server.usedHeapBytes();

            for (int i = 0; i < BROADCASTS; i += AT_ONCE) {
                sender.call("bcast", "\"all\"", i, AT_ONCE, BROADCAST_BYTES);
                for (Reader reader : readers) {
                    reader.awaitCount(i + AT_ONCE);
                }
            }

            assertThat(List.of(watcher.receive(), watcher.receive()))
                    .as("two reports, of whom and why")
                    .anyMatch(gone -> gone.startsWith("42[\"gone\",\"" + stalledSocketId + "\",\"transport error\""))
                    .anyMatch(gone -> gone.startsWith("42[\"gone\",\"" + stalledPollingId + "\",\"transport error\""));
            assertThat(server.usedHeapBytes()).isLessThan(before + HEAP_TOLERANCE_BYTES);
            for (Reader reader : readers) {
                reader.client.close();
            }
            sender.close();
        }
    }

    @Test
    void blockingListenerDelaysItsOwnSocketOnly() throws Exception {
        try (LoadedServer server = LoadedServer.start("--ping-interval", "300", "--ping-timeout", "900");
                EngineClient blocked = joined(WebSocketClient.open(server.port()), "some");
                EngineClient other = joined(PollingClient.open(server.port()), "some");
                EngineClient another = joined(WebSocketClient.open(server.port()), "some")) {
            int pingsBefore = blocked.pings();
            blocked.emit("block", 5000);
            for (int i = 0; i < 100; i++) {
                blocked.send("42" + (1000 + i) + EngineClient.event("echo", i));
            }
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> receive(blocked));

            while (!first.isDone()) {
                long start = System.nanoTime();
                assertThat(other.call("echo", "1")).isEqualTo("[1]");
                assertThat(another.call("echo", "2")).isEqualTo("[2]");
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            }

            assertThat(first.get()).isEqualTo("431000[0]");
            for (int i = 1; i < 100; i++) {
                assertThat(blocked.receive()).isEqualTo("43" + (1000 + i) + "[" + i + "]");
            }
            // A heartbeat takes its interval and what the machine needs on top.
            assertThat(blocked.pings() - pingsBefore).as("heartbeats meanwhile").isGreaterThanOrEqualTo(5);
        }
    }

    /**
     * Small numbers take many times their text in memory: all of them at once would not fit. How far a client may be ahead of its listener is
     * the limit of 1 MiB and one message; over a WebSocket also what the system buffers on both sides.
     */
    @ParameterizedTest(name = "{0}, at most {1} bytes ahead")
    @CsvSource({"websocket, 12000000", "polling, 3000000"})
    void slowListenerHoldsItsClientBackAndLosesNothing(String transport, long aheadBytes) throws Exception {
        String numbers = "[" + "11,".repeat(6_666) + "11]";
        int batches = (int) (50 * MEGABYTE / numbers.length() / EVENTS_AT_ONCE);
        int events = batches * EVENTS_AT_ONCE;
        try (LoadedServer server = LoadedServer.start();
                EngineClient client = joined(
                        transport.equals("polling")
                                ? PollingClient.open(server.port())
                                : WebSocketClient.open(server.port()),
                        "some")) {
            long before = server.usedHeapBytes();
            AtomicInteger sent = new AtomicInteger();

            client.send("42999" + EngineClient.event("block", 3000));
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                while (sent.get() < events) {
                    sendSome(client, sent.get(), numbers);
                    sent.addAndGet(EVENTS_AT_ONCE);
                }
            });

            assertThat(client.receive()).isEqualTo("43999[]");
            assertThat((long) sent.get() * numbers.length())
                    .as("bytes taken from the client while its listener was blocked")
                    .isLessThan(aheadBytes);
            sender.get(60, TimeUnit.SECONDS);
            assertThat(client.call("slow-count")).isEqualTo("[" + events + "]");
            assertThat(server.usedHeapBytes()).isLessThan(before + HEAP_TOLERANCE_BYTES);
        }
    }

    private static EngineClient joined(EngineClient client, String room) throws IOException {
        client.join();
        client.call("join", '"' + room + '"');
        return client;
    }

    /** Together about half of what one POST may hold. */
    private static void sendSome(EngineClient client, int first, String numbers) {
        String[] packets = new String[EVENTS_AT_ONCE];
        Arrays.setAll(packets, i -> "42" + EngineClient.event("slow", first + i, numbers));
        try {
            client.send(packets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String receive(EngineClient client) {
        try {
            return client.receive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads broadcasts as fast as they come and checks their numbers. */
    private static final class Reader {
        private final EngineClient client;
        private final AtomicInteger count = new AtomicInteger();
        private final CompletableFuture<Void> failure = new CompletableFuture<>();

        private Reader(EngineClient client) {
            this.client = client;
        }

        static Reader start(EngineClient client) {
            Reader reader = new Reader(client);
            Thread thread = new Thread(reader::read, "reader");
            thread.setDaemon(true);
            thread.start();
            return reader;
        }

        void awaitCount(int wanted) throws Exception {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            synchronized (count) {
                while (count.get() < wanted && !failure.isDone()) {
                    long left = deadline - System.nanoTime();
                    assertThat(left)
                            .as("time left to receive %s of %s", count, wanted)
                            .isPositive();
                    TimeUnit.NANOSECONDS.timedWait(count, left);
                }
            }
            if (failure.isDone()) {
                failure.get();
            }
            assertThat(count).hasValue(wanted);
        }

        private void read() {
            try {
                while (count.get() < BROADCASTS) {
                    String packet = client.receive();
                    assertThat(packet)
                            .startsWith("42[\"data\"," + count + ",\"xxx")
                            .hasSizeGreaterThan(BROADCAST_BYTES);
                    synchronized (count) {
                        count.incrementAndGet();
                        count.notifyAll();
                    }
                }
            } catch (IOException | AssertionError e) {
                synchronized (count) {
                    failure.completeExceptionally(e);
                    count.notifyAll();
                }
            }
        }
    }
}
