package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.ClusterTopology;
import io.duet.redis.DyingProxy;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Emitters on the sharded and streams wires, wherever Redis is and whatever becomes of it. What servers make of it is in {@code ClusterIT}. */
final class EmitterIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String STREAM = RedisAdapterOptions.DEFAULT_STREAM_NAME;
    private static final int ROOMS = 12;
    private static final int MESSAGES = 50;

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void reachesEachMasterOfARedisCluster() {
        ClusterTopology cluster = redis.cluster();
        publishesAtEach(cluster);
        appendsAtEach(cluster);
    }

    private void publishesAtEach(ClusterTopology cluster) {
        ClusterNode node = redis.closing(new ClusterNode(RedisAdapter.sharded(redisson(cluster))));
        await().atMost(LIMIT).until(node::isReady);
        Map<String, List<Integer>> heard = new ConcurrentHashMap<>();
        for (int i = 0; i < ROOMS; i++) {
            List<Integer> numbers = Collections.synchronizedList(new ArrayList<>());
            heard.put("room" + i, numbers);
            node.connect("socket" + i, packet -> numbers.add(number(packet.data())))
                    .enter("room" + i)
                    .toCompletableFuture()
                    .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
        assertThat(heard.keySet().stream().map(room -> cluster.masterOf("socket.io#/#" + room + "#")))
                .containsAll(cluster.masters());

        Emitter emitter = Emitter.sharded(redisson(cluster));
        for (int number = 0; number < MESSAGES; number++) {
            for (String room : heard.keySet()) {
                emitter.to(room).emit("number", number);
            }
        }
        close(emitter);

        await().atMost(LIMIT).until(() -> heard.values().stream().allMatch(numbers(0, MESSAGES)::equals));
    }

    private void appendsAtEach(ClusterTopology cluster) {
        RedisAdapterOptions options =
                RedisAdapterOptions.builder().streamCount(ROOMS).build();
        List<String> namespaces =
                IntStream.range(0, ROOMS).mapToObj(i -> "/space" + i).toList();
        List<String> streams = namespaces.stream()
                .map(name -> Streams.nameFor(name, options))
                .distinct()
                .toList();
        assertThat(streams.stream().map(cluster::masterOf)).containsAll(cluster.masters());

        Emitter emitter = Emitter.streams(redisson(cluster), options);
        for (int number = 0; number < MESSAGES; number++) {
            for (String name : namespaces) {
                emitter.of(name).emit("number", number);
            }
        }
        close(emitter);

        for (String name : namespaces) {
            String stream = Streams.nameFor(name, options);
            assertThat(entries(cluster.masterOf(stream), stream, name)).isEqualTo(numbers(0, MESSAGES));
        }
    }

    @Test
    void aStreamWhoseSlotMovesIsFound() {
        ClusterTopology cluster = redis.cluster();
        RedisAdapterOptions options =
                RedisAdapterOptions.builder().streamName("moving").build();
        Emitter emitter = Emitter.streams(redisson(cluster), options);
        RedisServer before = cluster.masterOf("moving");
        RedisServer after = cluster.masters().get((cluster.masters().indexOf(before) + 1) % 3);
        emitter.emit("number", 1);
        await().atMost(LIMIT).until(() -> entries(before, "moving", "/").equals(List.of(1)));
        before.call("DEL", "moving");

        cluster.moveSlot("moving", after);
        emitter.emit("number", 2);
        emitter.emit("number", 3);
        close(emitter);

        assertThat(entries(after, "moving", "/")).containsExactly(2, 3);
    }

    @Test
    void whatWaitsForARedisThatIsAwayIsAppendedInOrder() {
        RedisServer server = redis.single();
        Emitter emitter = Emitter.streams(server.uri(), RedisAdapterOptions.defaults());
        emitter.emit("number", 0);
        await().atMost(LIMIT).until(() -> entries(server, STREAM, "/").equals(List.of(0)));

        server.kill();
        numbers(1, 300).forEach(number -> emitter.emit("number", number));
        server.restart();
        close(emitter);

        assertThat(entries(server, STREAM, "/")).isEqualTo(numbers(1, 300));
    }

    @Test
    void whatRedisHasAnsweredForIsNotAppendedAgain() throws Exception {
        RedisServer server = redis.single();
        DyingProxy proxy = redis.closing(DyingProxy.before(server));
        Emitter emitter = Emitter.streams(proxy.uri(), RedisAdapterOptions.defaults());
        emitter.emit("number", 1);
        await().atMost(LIMIT).until(() -> entries(server, STREAM, "/").equals(List.of(1)));

        proxy.dieAfterAnswerTo("987654321");
        emitter.emit("number", 987654321);
        emitter.emit("number", 2);
        close(emitter);

        assertThat(entries(server, STREAM, "/")).containsExactly(1, 987654321, 2);
    }

    @Test
    @Tag("long")
    void anotherMasterGoesOn() {
        SentinelTopology topology = redis.sentinel();
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        ClusterNode node =
                redis.closing(new ClusterNode(RedisAdapter.sharded(topology.uri(), RedisAdapterOptions.defaults())));
        await().atMost(LIMIT).until(node::isReady);
        node.connect("socket", packet -> heard.add(number(packet.data())));
        Emitter sharded = Emitter.sharded(topology.uri(), RedisAdapterOptions.defaults());
        Emitter streams = Emitter.streams(topology.uri(), RedisAdapterOptions.defaults());
        RedisServer before = topology.master();

        for (int number = 0; number < 1000; number++) {
            if (number == 300) {
                before.kill();
            }
            sharded.emit("number", number);
            streams.emit("number", number);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        close(sharded);
        close(streams);

        topology.awaitMasterOtherThan(before);
        List<Integer> appended = entries(topology.master(), STREAM, "/");
        await().atMost(LIMIT).until(() -> heard.contains(999));
        // Redis answers before its replicas have got it, and the one server comes back when it does.
        for (List<Integer> arrived : List.of(appended, List.copyOf(heard))) {
            assertThat(arrived)
                    .isSorted()
                    .hasSizeGreaterThan(500)
                    .endsWith(numbers(900, 1000).toArray(Integer[]::new));
        }
        assertThat(appended).hasSizeGreaterThan(950);
    }

    private RedissonClient redisson(ClusterTopology cluster) {
        Config config = new Config();
        config.useClusterServers()
                .setScanInterval(200)
                .addNodeAddress(cluster.masters().stream().map(RedisServer::uri).toArray(String[]::new));
        RedissonClient redisson = Redisson.create(config);
        redis.closing(redisson::shutdown);
        return redisson;
    }

    private static void close(Emitter emitter) {
        emitter.close()
                .toCompletableFuture()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** What the entries of a namespace say, in their order. */
    private static List<Integer> entries(RedisServer server, String stream, String namespace) {
        List<?> found = (List<?>) server.call("XRANGE", stream, "-", "+");
        List<Integer> numbers = new ArrayList<>();
        for (Object one : found) {
            StreamEntry entry = StreamEntry.of((List<?>) ((List<?>) one).get(1));
            assertThat(entry.uid()).isEqualTo("emitter");
            if (entry.namespace().equals(namespace)) {
                String data = entry.data();
                int start = data.indexOf("\"number\",") + "\"number\",".length();
                numbers.add(Integer.parseInt(data.substring(start, data.indexOf(']', start))));
            }
        }
        return numbers;
    }

    private static int number(List<?> data) {
        return Integer.parseInt(data.get(1).toString());
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
