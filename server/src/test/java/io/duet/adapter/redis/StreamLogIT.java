package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams over a real Redis, and what becomes of them when something ends. */
final class StreamLogIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Of each node; all of them together are fewer than the stream keeps. */
    private static final int BURST = 1_000;

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    /** A node that appends numbers, and sees its own and those of others. */
    private final class Node implements AutoCloseable {
        final List<String> seen = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger gaps = new AtomicInteger();
        final AtomicInteger dropped = new AtomicInteger();
        final AtomicInteger written = new AtomicInteger();
        final AtomicInteger readEntries = new AtomicInteger();

        /** Own entries that were not found in the stream. */
        final AtomicInteger unplaced = new AtomicInteger();

        private final String uid;
        private final RedissonBus bus;
        private final StreamLog log;
        private boolean closed;

        Node(String uid, String uri, Consumer<RedisAdapterOptions.Builder> change) {
            this.uid = uid;
            RedisAdapterOptions.Builder builder = RedisAdapterOptions.builder();
            change.accept(builder);
            RedisAdapterOptions options = builder.build();
            bus = RedissonBus.start(RedisServers.at(RedisUri.parse(uri)), options, PubSub.PLAIN);
            log = new StreamLog("stream", bus::masterOf, bus.loop(), options, new StreamLog.Listener() {
                @Override
                public void gap() {
                    gaps.incrementAndGet();
                }

                @Override
                public void appended(int entries) {
                    written.addAndGet(entries);
                }

                @Override
                public void read(int entries) {
                    readEntries.addAndGet(entries);
                }

                @Override
                public void dropped(int entries) {
                    dropped.addAndGet(entries);
                }
            });
            log.listen("/", uid, (id, entry) -> {
                if (!entry.uid().equals(uid)) {
                    seen.add(entry.data());
                }
            });
            redis.closing(this);
            log.started()
                    .toCompletableFuture()
                    .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }

        void append(int number) {
            String data = uid + number;
            log.append(new StreamEntry(uid, "/", "3", data), List.of(), id -> {
                seen.add(data);
                if (id.isEmpty()) {
                    unplaced.incrementAndGet();
                }
            });
        }

        void appendSome(int from, int to, int perSecond) {
            long start = System.nanoTime();
            for (int i = from; i < to; i++) {
                append(i);
                LockSupport.parkNanos(start + TimeUnit.SECONDS.toNanos(i + 1L - from) / perSecond - System.nanoTime());
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            log.close(Duration.ofSeconds(1))
                    .thenCompose(done -> bus.close(Duration.ZERO))
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
    }

    @Test
    void everybodySeesOneOrder() {
        inOneOrder(4_000);
    }

    @Test
    @Tag("long")
    void everybodySeesOneOrderOfManyMessages() {
        inOneOrder(100_000);
    }

    private void inOneOrder(int messages) {
        RedisServer server = redis.single();
        List<Node> nodes = List.of(node("a", server), node("b", server), node("c", server), node("d", server));

        for (int i = 0; i < messages / 4; i++) {
            int number = i;
            nodes.forEach(node -> node.append(number));
            if ((i + 1) % BURST == 0) {
                awaitSeen(nodes, (i + 1) * nodes.size());
            }
        }

        awaitSeen(nodes, messages);
        assertThat(new HashSet<>(nodes.get(0).seen)).hasSize(messages);
        nodes.forEach(node -> assertThat(node.seen).isEqualTo(nodes.get(0).seen));
        assertThat(nodes.get(0).written).hasValue(messages / 4);
        assertThat(ofSender(nodes.get(0), "b")).isEqualTo(numbers("b", messages / 4));
    }

    private static void awaitSeen(List<Node> nodes, int messages) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> nodes.stream()
                .allMatch(node -> node.seen.size() >= messages));
    }

    /** However fast it is: what it has not read itself others have not read either, and it must not be cut. */
    @Test
    void whoSendsInAFloodStaysWithinTheStream() {
        RedisServer server = redis.single();
        Node node = node("a", server, options -> options.maxLen(1_000));

        for (int i = 0; i < 5_000; i++) {
            node.append(i);
        }

        awaitSeen(List.of(node), 5_000);
        assertThat(node.seen).isEqualTo(numbers("a", 5_000));
        assertThat(node.unplaced).hasValue(0);
        assertThat(node.gaps).hasValue(0);
    }

    @Test
    void whatIsGoneFromTheStreamUnreadHoldsNothingUp() {
        RedisServer server = redis.single();
        Node node = node("a", server);

        for (int i = 0; i < 5_000; i++) {
            node.append(i);
        }

        await().atMost(LIMIT).pollInterval(Duration.ofMillis(1)).until(() -> {
            server.call("DEL", "stream");
            return node.seen.size() >= 5_000;
        });
        assertThat(node.seen).isEqualTo(numbers("a", 5_000));
        assertThat(node.unplaced).hasPositiveValue();
    }

    @Test
    void aConnectionThatIsCutLosesAndDoublesNothing() {
        RedisServer server = redis.single();
        Node first = node("a", server);
        Node second = node("b", server);

        for (int round = 0; round < 5; round++) {
            first.appendSome(round * 400, round * 400 + 400, 2000);
            server.call("CLIENT", "KILL", "TYPE", "normal");
        }

        await().atMost(LIMIT).until(() -> first.seen.size() >= 2000 && second.seen.size() >= 2000);
        assertThat(first.seen).isEqualTo(numbers("a", 2000));
        assertThat(second.seen).isEqualTo(numbers("a", 2000));
        assertThat(first.gaps.get() + second.gaps.get() + first.dropped.get()).isZero();
        assertThat(second.readEntries).hasValue(2000);
    }

    @Test
    @Tag("long")
    void aRedisThatIsFrozenLosesAndDoublesNothing() {
        RedisServer server = redis.single();
        Node first = node("a", server);
        Node second = node("b", server);

        first.appendSome(0, 200, 400);
        server.freeze();
        first.appendSome(200, 1800, 400);
        server.thaw();
        first.appendSome(1800, 2000, 400);

        await().atMost(LIMIT).until(() -> first.seen.size() >= 2000 && second.seen.size() >= 2000);
        assertThat(first.seen).isEqualTo(numbers("a", 2000));
        assertThat(second.seen).isEqualTo(numbers("a", 2000));
        assertThat(second.gaps).hasValue(0);
    }

    @Test
    void whatTheStreamDoesNotKeepIsAGap() {
        RedisServer server = redis.single();
        Node node = node("a", server);
        node.append(1);
        await().atMost(LIMIT).until(() -> node.seen.size() == 1);

        server.freeze();
        // Until the node has given its connections up.
        await().atMost(LIMIT).until(() -> !node.log.isReady());
        server.kill();
        server.restart();
        server.call("XADD", "stream", "*", "uid", "x", "nsp", "/", "type", "3", "data", "other");

        await().atMost(LIMIT).until(() -> node.gaps.get() == 1);
        node.append(2);
        await().atMost(LIMIT).until(() -> node.seen.contains("a2"));
    }

    @Test
    void anEntryThatIsNotUnderstoodDoesNotEndTheReading() {
        RedisServer server = redis.single();
        Node node = node("a", server);
        server.call("XADD", "stream", "*", "uid", "x", "nsp", "/", "type", "3", "data", "x1", "again", "x");
        server.call("XADD", "stream", "*", "nonsense", "x");

        node.append(1);

        await().atMost(LIMIT).until(() -> node.seen.equals(List.of("x1", "a1")));
    }

    /** As when the last client of a namespace leaves, and another comes. */
    @Test
    void whoListensInAnothersPlaceGoesOnWhenThatEnds() {
        Node node = node("a", redis.single());
        List<String> heard = new CopyOnWriteArrayList<>();
        StreamLog.Receiver former = (id, entry) -> {};
        node.log.listen("/chat", "former", former);
        node.log.listen("/chat", "new", (id, entry) -> heard.add(entry.data()));

        node.log.forget("/chat", "former", former);
        node.log.append(new StreamEntry("other", "/chat", "3", "x1"), List.of(), id -> {});

        await().atMost(LIMIT).until(() -> heard.equals(List.of("x1")));
    }

    @Test
    void whatWaitsTooLongReachesThisNodeOnly() {
        RedisServer server = redis.single();
        Node first = node("a", server, options -> options.maxPublishWait(Duration.ofMillis(500)));
        Node second = node("b", server);
        first.append(0);
        await().atMost(LIMIT).until(() -> second.seen.size() == 1);

        server.kill();
        await().atMost(LIMIT).until(() -> !first.log.isReady());
        first.append(1);
        first.append(2);
        await().atMost(LIMIT).until(() -> first.seen.equals(numbers("a", 3)));
        assertThat(first.dropped.get()).isEqualTo(2);

        server.restart();
        await().atMost(LIMIT).until(() -> first.log.isReady() && second.log.isReady());
        first.append(3);
        await().atMost(LIMIT).until(() -> second.seen.equals(List.of("a0", "a3")));
        assertThat(first.seen).isEqualTo(numbers("a", 4));
    }

    @Test
    void countsWhatStillWaitsAtTheEnd() {
        RedisServer server = redis.single();
        Node node = node("a", server);
        server.kill();
        await().atMost(LIMIT).until(() -> !node.log.isReady());
        node.append(0);
        node.append(1);

        node.close();

        assertThat(node.dropped).hasValue(2);
    }

    @Test
    @Tag("long")
    void anotherMasterGoesOn() {
        SentinelTopology topology = redis.sentinel();
        Node first = node("a", topology.uri());
        Node second = node("b", topology.uri());

        first.appendSome(0, 200, 500);
        topology.master().kill();
        first.appendSome(200, 1000, 200);

        await().atMost(LIMIT).until(() -> second.seen.contains("a999") && first.seen.contains("a999"));
        assertThat(first.seen).isEqualTo(numbers("a", 1000));
        // Redis answers before its replicas have got it.
        assertThat(second.seen).doesNotHaveDuplicates().isSubsetOf(numbers("a", 1000));
        assertThat(second.seen.size()).isGreaterThan(950);
        assertThat(second.seen).isSortedAccordingTo((one, other) -> number(one) - number(other));
    }

    private Node node(String uid, RedisServer server) {
        return node(uid, server.uri());
    }

    private Node node(String uid, String uri) {
        return new Node(uid, uri, options -> {});
    }

    private Node node(String uid, RedisServer server, Consumer<RedisAdapterOptions.Builder> change) {
        return new Node(uid, server.uri(), change);
    }

    private static List<String> ofSender(Node node, String uid) {
        return node.seen.stream().filter(data -> data.startsWith(uid)).toList();
    }

    private static List<String> numbers(String uid, int count) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(uid + i);
        }
        return numbers;
    }

    private static int number(String data) {
        return Integer.parseInt(data.substring(1));
    }
}
