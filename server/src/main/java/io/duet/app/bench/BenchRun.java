package io.duet.app.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One run: connects, sends at an even rate whether or not the server keeps up, waits for what is still under way, and tells. A message's latency
 * counts from when it was due, so a server that is late for a while is late for all messages of that while.
 */
final class BenchRun {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);
    /** So long after the last receipt, what has not come is lost. */
    private static final Duration LAST_MESSAGES_LIMIT = Duration.ofSeconds(3);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);
    private static final int CONNECTING_AT_ONCE = 64;
    private static final long SECOND = 1_000_000_000L;

    private final BenchLoad load;
    private final PrintWriter out;
    private final long zero = System.nanoTime();
    private final Tally tally = new Tally(this::now);
    private final List<BenchClient> clients = new ArrayList<>();
    private final long[] sent;
    private long sentBefore;
    private long receivedBefore;

    BenchRun(BenchLoad load, PrintWriter out) {
        this.load = load;
        this.out = out;
        this.sent = new long[load.rooms()];
    }

    /**
     * @param url with the path of Engine.IO
     * @return whether every message came, once, to everybody in its room
     * @throws IOException if not all clients could connect and join
     */
    boolean run(URI url) throws IOException, InterruptedException {
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), task -> {
                    Thread thread = new Thread(task, "bench");
                    thread.setDaemon(true);
                    return thread;
                });
        try {
            connect(
                    HttpClient.newBuilder()
                            .executor(threads)
                            .version(HttpClient.Version.HTTP_1_1)
                            .build(),
                    url);
            long start = now();
            send(start);
            double seconds = (now() - start) / (double) SECOND;
            awaitLast();
            return report(seconds);
        } finally {
            close();
            threads.shutdownNow();
        }
    }

    private void connect(HttpClient http, URI url) throws IOException, InterruptedException {
        Semaphore places = new Semaphore(CONNECTING_AT_ONCE);
        List<CompletableFuture<BenchClient>> joining = new ArrayList<>();
        long end = now() + CONNECT_LIMIT.toNanos();
        long progress = now() + SECOND;
        for (int i = 0; i < load.connections(); i++) {
            while (!places.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                if (now() > end) {
                    throw new IOException(notJoined(joining));
                }
            }
            if (joining.stream().anyMatch(CompletableFuture::isCompletedExceptionally)) {
                break;
            }
            if (now() > progress) {
                progress += SECOND;
                out.printf("connecting: %d of %d%n", i, load.connections());
            }
            BenchClient client = new BenchClient(load, "bench-" + i % load.rooms(), tally);
            clients.add(client);
            CompletableFuture<BenchClient> joined = client.connect(http, url);
            joined.whenComplete((done, failure) -> places.release());
            joining.add(joined);
        }
        try {
            CompletableFuture.allOf(joining.toArray(CompletableFuture[]::new))
                    .orTimeout(end - now(), TimeUnit.NANOSECONDS)
                    .join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw new IOException(
                    cause instanceof IOException ? url + ": " + cause.getMessage() : notJoined(joining), e);
        }
        out.printf("connected: %d in %d rooms%n", load.connections(), load.rooms());
    }

    private String notJoined(List<CompletableFuture<BenchClient>> joining) {
        long joined = joining.stream().filter(CompletableFuture::isDone).count();
        return joined + " of " + load.connections() + " clients could connect and join within "
                + CONNECT_LIMIT.toSeconds() + " s (expected: a server that answers 'join' in the namespace "
                + load.namespace() + ", see server/docs/bench.md)";
    }

    private void send(long start) {
        long progress = start + SECOND;
        long length = load.duration().toNanos();
        for (long i = 0; ; i++) {
            long due = (long) (i * (double) SECOND / load.rate());
            if (due >= length) {
                return;
            }
            while (now() < start + due) {
                LockSupport.parkNanos(Math.min(progress, start + due) - now());
                progress = reportProgress(start, progress);
            }
            progress = reportProgress(start, progress);
            int room = (int) (i % load.rooms());
            clients.get(room).send(sent[room]++, start + due);
        }
    }

    private long reportProgress(long start, long next) {
        long now = now();
        if (now < next) {
            return next;
        }
        long sentNow = totalSent();
        long receivedNow = tally.receivedCount();
        out.printf(
                Locale.ROOT,
                "%3d s: sent %d/s, received %d/s, under way %d, p99 %.2f ms%n",
                (now - start) / SECOND,
                sentNow - sentBefore,
                receivedNow - receivedBefore,
                expected() - receivedNow,
                tally.millis(0.99));
        sentBefore = sentNow;
        receivedBefore = receivedNow;
        return next + SECOND;
    }

    private void awaitLast() throws InterruptedException {
        long before = tally.receivedCount();
        long end = now() + LAST_MESSAGES_LIMIT.toNanos();
        while (before < expected() && now() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
            if (tally.receivedCount() > before) {
                before = tally.receivedCount();
                end = now() + LAST_MESSAGES_LIMIT.toNanos();
            }
        }
    }

    private boolean report(double seconds) {
        long received = tally.receivedCount();
        long lost = expected() - received;
        out.printf(Locale.ROOT, "sent %d messages in %.1f s (%.0f/s)%n", totalSent(), seconds, totalSent() / seconds);
        out.printf(
                Locale.ROOT,
                "received %d of %d (%.0f/s), lost %d, repeated %d%n",
                received,
                expected(),
                received / seconds,
                lost,
                tally.repeatedCount());
        out.println("latency: " + tally.percentiles());
        tally.reason()
                .ifPresent(
                        reason -> out.println("connections lost: " + tally.disconnectedCount() + " (" + reason + ")"));
        return lost == 0 && tally.repeatedCount() == 0 && tally.disconnectedCount() == 0;
    }

    private void close() {
        CompletableFuture<?>[] closing =
                clients.stream().map(BenchClient::close).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(closing)
                .exceptionally(failure -> null)
                .completeOnTimeout(null, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** How many receipts all messages so far come to. */
    private long expected() {
        long receipts = 0;
        for (int room = 0; room < sent.length; room++) {
            receipts += sent[room] * load.membersOf(room);
        }
        return receipts;
    }

    private long totalSent() {
        long total = 0;
        for (long each : sent) {
            total += each;
        }
        return total;
    }

    private long now() {
        return System.nanoTime() - zero;
    }
}
