package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.SocketDetails;
import io.duet.redis.ClusterTopology;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** The sharded wire on a Redis Cluster of three masters. */
final class ShardedClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int ROOMS = 60;
    private static final int MESSAGES = 10;
    private static final Pattern SPUBLISHED = Pattern.compile("cmdstat_spublish:calls=(\\d+)");

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private ClusterTopology cluster;
    private ClusterNode first;
    private ClusterNode second;

    @BeforeEach
    void start() {
        cluster = redis.cluster();
        first = node();
        second = node();
        await().atMost(LIMIT)
                .until(() -> first.isReady() && second.isReady() && countedBy(first) == 2 && countedBy(second) == 2);
    }

    @Test
    void aMessageToARoomIsPublishedAtTheMasterOfItsChannelOnly() {
        Map<String, List<Object>> heard = new ConcurrentHashMap<>();
        IntStream.range(0, ROOMS).forEach(i -> {
            String room = "room" + i;
            List<Object> numbers = Collections.synchronizedList(new ArrayList<>());
            heard.put(room, numbers);
            join(
                    second.connect(
                            "socket" + i,
                            packet -> numbers.add(
                                    Integer.parseInt(packet.data().get(1).toString()))),
                    room);
        });
        Map<RedisServer, Long> before = published();

        for (int number = 0; number < MESSAGES; number++) {
            for (int i = 0; i < ROOMS; i++) {
                send(first, "room" + i, number);
            }
        }

        List<Object> all = List.copyOf(IntStream.range(0, MESSAGES).boxed().toList());
        await().atMost(LIMIT).until(() -> heard.values().stream().allMatch(all::equals));
        for (RedisServer master : cluster.masters()) {
            long rooms = IntStream.range(0, ROOMS)
                    .filter(i -> cluster.masterOf("socket.io#/#room" + i + "#") == master)
                    .count();
            assertThat(rooms).isPositive();
            assertThat(published().get(master) - before.get(master)).isEqualTo(rooms * MESSAGES);
        }
    }

    @Test
    void nodesAskOneAnotherAcrossMasters() throws Exception {
        first.connect("here", packet -> {});
        second.connect("there", packet -> {});

        List<SocketDetails> found = first.adapter()
                .fetchSockets(BroadcastOptions.ALL)
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertThat(found).extracting(SocketDetails::id).containsExactlyInAnyOrder("here", "there");
        assertThat(second.adapter().allRooms().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .containsExactlyInAnyOrder("here", "there");
    }

    @Test
    void aChannelWhoseSlotMovesIsHeardAgain() {
        List<Object> heard = Collections.synchronizedList(new ArrayList<>());
        join(second.connect("socket", packet -> heard.add(packet.data().get(1).toString())), "moving");
        send(first, "moving", 1);
        await().atMost(LIMIT).until(() -> heard.equals(List.of("1")));
        String channel = "socket.io#/#moving#";
        RedisServer before = cluster.masterOf(channel);
        RedisServer after = cluster.masters().get((cluster.masters().indexOf(before) + 1) % 3);

        cluster.moveSlot(channel, after);
        await().atMost(LIMIT)
                .until(() -> after.call("PUBSUB", "SHARDNUMSUB", channel).equals(List.of(channel, 1L)));
        send(first, "moving", 2);

        await().atMost(LIMIT).until(() -> heard.equals(List.of("1", "2")));
    }

    /** The sender finds out three seconds after Redis, and is told meanwhile that the slot is elsewhere. */
    @Test
    void whileASlotMovesNothingIsLostAndNothingGoesTwice() {
        ClusterNode sender = node(3000);
        await().atMost(LIMIT).until(() -> sender.isReady() && countedBy(sender) == 3);
        String channel = "socket.io#/#moving#";
        RedisServer before = cluster.masterOf(channel);
        String staying = IntStream.range(0, ROOMS)
                .mapToObj(i -> "room" + i)
                .filter(room -> cluster.masterOf("socket.io#/#" + room + "#") == before)
                .findFirst()
                .orElseThrow();
        Map<String, List<Object>> heard = new ConcurrentHashMap<>();
        for (String room : List.of("moving", staying)) {
            List<Object> numbers = Collections.synchronizedList(new ArrayList<>());
            heard.put(room, numbers);
            join(
                    second.connect(
                            "in " + room,
                            packet -> numbers.add(
                                    Integer.parseInt(packet.data().get(1).toString()))),
                    room);
        }
        RedisServer after = cluster.masters().get((cluster.masters().indexOf(before) + 1) % 3);
        cluster.moveSlot(channel, after);
        await().atMost(LIMIT)
                .until(() -> after.call("PUBSUB", "SHARDNUMSUB", channel).equals(List.of(channel, 1L)));

        for (int number = 0; number < MESSAGES; number++) {
            send(sender, "moving", number);
            send(sender, staying, number);
        }

        List<Object> all = List.copyOf(IntStream.range(0, MESSAGES).boxed().toList());
        await().atMost(LIMIT).until(() -> heard.get("moving").equals(all));
        assertThat(heard.get(staying)).isEqualTo(all);
    }

    private ClusterNode node() {
        return node(200);
    }

    /** @param scanMillis until it looks again who has which slot */
    private ClusterNode node(int scanMillis) {
        Config config = new Config();
        config.useClusterServers()
                .setScanInterval(scanMillis)
                .addNodeAddress(cluster.masters().stream().map(RedisServer::uri).toArray(String[]::new));
        RedissonClient redisson = Redisson.create(config);
        redis.closing(redisson::shutdown);
        return redis.closing(new ClusterNode(RedisAdapter.sharded(redisson)));
    }

    private static int countedBy(ClusterNode node) {
        return node.adapter().serverCount().toCompletableFuture().join();
    }

    private static void join(ClusterNode.Member member, String room) {
        member.enter(room)
                .toCompletableFuture()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static void send(ClusterNode node, String room, int number) {
        node.adapter()
                .broadcast(
                        new EventPacket("/", List.of("number", number)),
                        new BroadcastOptions(Set.of(room), Set.of(), BroadcastFlags.NONE));
    }

    private Map<RedisServer, Long> published() {
        Map<RedisServer, Long> published = new ConcurrentHashMap<>();
        for (RedisServer master : cluster.masters()) {
            Matcher matcher = SPUBLISHED.matcher(String.valueOf(master.call("INFO", "commandstats")));
            published.put(master, matcher.find() ? Long.parseLong(matcher.group(1)) : 0);
        }
        return published;
    }
}
