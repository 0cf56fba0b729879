package io.duet.adapter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.redisson.client.RedisClient;
import org.redisson.client.RedisConnection;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.client.protocol.CommandData;
import org.redisson.client.protocol.CommandsData;
import org.redisson.client.protocol.RedisCommand;
import org.redisson.client.protocol.decoder.ObjectListReplayDecoder;

/**
 * Two connections to one Redis server, for reading a stream, which waits, and for writing to it. Made as those of a {@link RedisLink}, and ends
 * as soon as one of the two does; what is asked then may never be answered.
 */
final class StreamLink {
    private static final int TIMEOUT_MILLIS = 1000;
    private static final long REPLICATION_MILLIS = 500;
    private static final RedisCommand<Long> WAIT = new RedisCommand<>("WAIT");
    private static final RedisCommand<Object> EVAL = new RedisCommand<>("EVAL");
    private static final RedisCommand<List<Object>> XREAD =
            new RedisCommand<>("XREAD", new ObjectListReplayDecoder<>());
    private static final RedisCommand<List<Object>> XRANGE =
            new RedisCommand<>("XRANGE", new ObjectListReplayDecoder<>());
    private static final RedisCommand<List<Object>> XREVRANGE =
            new RedisCommand<>("XREVRANGE", new ObjectListReplayDecoder<>());

    /** What is to be appended, and the histories that it is to be put into with that. */
    record Write(StreamEntry entry, List<StreamHistory.Place> places) {
        Write again(String id) {
            return new Write(entry.again(id), places);
        }
    }

    /** What was read. */
    record Read(String id, StreamEntry entry) {}

    private final RedisClient master;
    private final Line reading;
    private final Line writing;
    private final CompletableFuture<Void> closed;

    private StreamLink(
            RedisClient master, RedisConnection reading, RedisConnection writing, CompletableFuture<Void> closed) {
        this.master = master;
        this.reading = new Line(reading);
        this.writing = new Line(writing);
        this.closed = closed;
    }

    /**
     * Connects.
     *
     * @param master where to, and the settings
     * @param loop where the connections are read
     */
    static CompletableFuture<StreamLink> open(RedisClient master, RedisLoop loop) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        RedisClient client = loop.client(master, () -> closed.complete(null));
        closed.thenRun(client::shutdownAsync);
        CompletableFuture<RedisConnection> reading = client.connectAsync().toCompletableFuture();
        CompletableFuture<RedisConnection> writing = client.connectAsync().toCompletableFuture();
        return reading.thenCombine(writing, (first, second) -> new StreamLink(master, first, second, closed))
                .orTimeout(2 * TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((link, failure) -> {
                    if (failure != null) {
                        closed.complete(null);
                    }
                });
    }

    /** The server, as Redisson knows it. */
    RedisClient master() {
        return master;
    }

    boolean isOpen() {
        return !closed.isDone();
    }

    /** Whether an answer is late. */
    boolean isOverdue() {
        return reading.isOverdue() || writing.isOverdue();
    }

    void close() {
        closed.complete(null);
    }

    /** The id of the last entry; {@code 0-0} if there is none. */
    CompletionStage<String> lastId(String stream) {
        return StreamLink.<List<Object>>ask(reading, XREVRANGE, stream, "+", "-", "COUNT", 1)
                .thenApply(found -> found.isEmpty() ? "0-0" : id(found.get(0)));
    }

    CompletionStage<Boolean> has(String stream, String id) {
        return StreamLink.<List<Object>>ask(reading, XRANGE, stream, id, id, "COUNT", 1)
                .thenApply(found -> !found.isEmpty());
    }

    /** What is behind an id, in order; nothing if nothing comes within the time, at once if that is none. */
    CompletionStage<List<Read>> read(String stream, String after, int count, Duration wait) {
        List<Object> words = new ArrayList<>(List.of("COUNT", count));
        if (!wait.isZero()) {
            words.addAll(List.of("BLOCK", wait.toMillis()));
        }
        words.addAll(List.of("STREAMS", stream, after));
        return StreamLink.<List<Object>>ask(wait.toMillis(), reading, XREAD, words.toArray())
                .thenApply(
                        streams -> streams.isEmpty() ? List.of() : reads((List<?>) ((List<?>) streams.get(0)).get(1)));
    }

    /** Appends in this order; done when all are answered for, and fails if one is not. One call at a time. */
    CompletableFuture<Void> append(String stream, int maxLength, List<Write> entries) {
        List<CommandData<?, ?>> batch = new ArrayList<>(entries.size());
        for (Write write : entries) {
            batch.add(
                    write.places().isEmpty()
                            ? Outgoing.entry(stream, maxLength, write.entry()).data()
                            : keep(stream, maxLength, write));
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        writing.asked(0, done).send(new CommandsData(done, batch, false, false));
        return done;
    }

    /** Done when so many replicas have what was appended; asks until they do. */
    CompletionStage<Void> replicated(int replicas) {
        if (replicas == 0) {
            return CompletableFuture.completedFuture(null);
        }
        return StreamLink.<Long>ask(REPLICATION_MILLIS, writing, WAIT, replicas, REPLICATION_MILLIS)
                .thenCompose(
                        count -> count >= replicas ? CompletableFuture.completedFuture(null) : replicated(replicas));
    }

    /** Into the stream and the histories at once. */
    private static CommandData<?, ?> keep(String stream, int maxLength, Write write) {
        StreamEntry entry = write.entry();
        List<Object> words =
                new ArrayList<>(List.of(StreamHistory.APPEND, 1 + write.places().size(), stream));
        write.places().forEach(place -> words.add(place.key()));
        words.addAll(List.of(maxLength, entry.uid(), entry.namespace(), entry.type(), entry.data(), entry.again()));
        write.places().forEach(place -> words.addAll(List.of(place.packets(), place.ageMillis())));
        return new CommandData<>(new CompletableFuture<>(), ByteArrayCodec.INSTANCE, EVAL, words.toArray());
    }

    private static <T> CompletionStage<T> ask(Line line, RedisCommand<T> command, Object... words) {
        return ask(0, line, command, words);
    }

    /** @param waitMillis how long the server may wait before it answers */
    private static <T> CompletionStage<T> ask(long waitMillis, Line line, RedisCommand<T> command, Object... words) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        line.asked(waitMillis, answer).send(new CommandData<>(answer, StringCodec.INSTANCE, command, words));
        return answer;
    }

    private static List<Read> reads(List<?> entries) {
        List<Read> reads = new ArrayList<>(entries.size());
        for (Object entry : entries) {
            reads.add(new Read(id(entry), StreamEntry.of((List<?>) ((List<?>) entry).get(1))));
        }
        return reads;
    }

    private static String id(Object entry) {
        return String.valueOf(((List<?>) entry).get(0));
    }

    /**
     * A connection, and until when what it was asked last is to be answered. It is looked after at intervals: a timer for each of some hundred
     * questions a second costs more than they do.
     */
    private static final class Line {
        private final RedisConnection connection;
        private int unanswered;
        private long dueNanos;

        Line(RedisConnection connection) {
            this.connection = connection;
        }

        synchronized RedisConnection asked(long waitMillis, CompletableFuture<?> answer) {
            unanswered++;
            dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis + TIMEOUT_MILLIS);
            answer.whenComplete((found, failure) -> answered());
            return connection;
        }

        private synchronized void answered() {
            unanswered--;
        }

        synchronized boolean isOverdue() {
            return unanswered > 0 && System.nanoTime() - dueNanos > 0;
        }
    }
}
