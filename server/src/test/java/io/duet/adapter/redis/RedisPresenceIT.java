package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.presence.PresenceEvent;
import io.duet.redis.ClusterTopology;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Presence of several nodes on real servers, some of which die. */
final class RedisPresenceIT {
    private static final Duration GRACE = Duration.ofMillis(300);

    /** More than a node here may have to wait for a core. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void everyNodeHearsOfEverything() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 3);

        nodes.get(0).connect("s1", "anna", "red");
        nodes.get(1).connect("s2", "anna");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.users()).isEqualTo(Map.of("anna", 2))));
        // One after another: what two nodes write at once has no order.
        nodes.get(1).directory.joined("s2", "blue");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.transitions("anna")).contains("joined blue")));
        nodes.get(0).directory.forget("s1");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.users()).isEqualTo(Map.of("anna", 1))));
        nodes.get(1).directory.forget("s2");

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(nodes).allSatisfy(node -> assertThat(node.transitions("anna"))
                        .containsExactly("online", "joined red", "joined blue", "left red", "left blue", "offline")));
    }

    /** The lease is long, so that renewals read nothing. */
    @ParameterizedTest
    @EnumSource(PubSub.class)
    void whatIsWrittenIsReadAtOnce(PubSub kind) {
        String uri = redis.single().uri();
        RedissonBus bus = RedissonBus.start(RedisServers.at(RedisUri.parse(uri)), RedisAdapterOptions.defaults(), kind);
        PresenceNode node = PresenceNode.start(redis, uri, bus, "/", GRACE, Duration.ofMinutes(5));
        assertThat(node.users()).isEmpty();

        PresenceNode.join(node.connect("s1", "anna"));

        assertThat(node.users()).containsOnlyKeys("anna");
    }

    @Test
    void whoIsIdentifiedKnowsWhoWasBefore() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 2);
        for (int i = 0; i < 50; i++) {
            PresenceNode.join(nodes.get(i % 2).connect("s" + i, "user" + i));

            assertThat(nodes.get(i % 2).users()).hasSize(i + 1);
        }
    }

    @Test
    void aNodeThatStartsLaterKnowsWhatWasBefore() {
        String uri = redis.single().uri();
        PresenceNode first = nodes(uri, 1).get(0);
        for (int i = 0; i < 1_200; i++) {
            first.connect("s" + i, "user" + i, "red");
        }
        PresenceNode second = nodes(uri, 1).get(0);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(second.users()).hasSize(1_200));
        assertThat(PresenceNode.join(second.directory.usersIn("red"))).hasSize(1_200);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void aDeadNodesUsersAreOfflineWhenItsLeaseIsOver() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 3);
        PresenceNode dying = nodes.get(0);
        dying.connect("s1", "anna", "red");
        dying.connect("s2", "bert");
        nodes.get(1).connect("s3", "bert");
        awaitUsers(nodes, Map.of("anna", 1, "bert", 2));

        dying.bus.shut();

        List<PresenceNode> living = nodes.subList(1, 3);
        await().atMost(LEASE.plusSeconds(2))
                .untilAsserted(() -> assertThat(living).allSatisfy(node -> assertThat(node.transitions("anna"))
                        .containsExactly("online", "joined red", "left red", "offline")));
        assertThat(living).allSatisfy(node -> {
            assertThat(node.transitions("bert")).containsExactly("online");
            assertThat(node.users()).isEqualTo(Map.of("bert", 1));
        });
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void aNodeThatWasFrozenRegistersAnew() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 2);
        PresenceNode frozen = nodes.get(0);
        frozen.connect("s1", "anna");
        frozen.connect("s2", "bert");
        awaitUsers(nodes, Map.of("anna", 1, "bert", 1));
        frozen.bus.shut();
        awaitUsers(nodes.subList(1, 2), Map.of());
        frozen.directory.forget("s2");
        frozen.connect("s3", "cleo");

        frozen.bus.open();

        await().atMost(Duration.ofSeconds(2)).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.users()).isEqualTo(Map.of("anna", 1, "cleo", 1))));
        assertThat(nodes).allSatisfy(node -> assertThat(node.transitions("anna"))
                .containsExactly("online", "offline", "online"));
        assertThat(nodes)
                .allSatisfy(node -> assertThat(node.transitions("bert")).startsWith("online", "offline"));
    }

    @Test
    void aNodeThatLeavesTakesItsUsersWithIt() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 2);
        nodes.get(0).connect("s1", "anna");
        awaitUsers(nodes, Map.of("anna", 1));

        PresenceNode.join(nodes.get(0).directory.close());

        awaitUsers(nodes.subList(1, 2), Map.of());
        assertThat(nodes.get(1).transitions("anna")).containsExactly("online", "offline");
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void whatHappensJustBeforeANodeLeavesIsToldToo() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 2, Duration.ofSeconds(3), LEASE);
        PresenceNode leaving = nodes.get(0);
        leaving.connect("s1", "anna");
        leaving.connect("s2", "bert");
        awaitUsers(nodes, Map.of("anna", 1, "bert", 1));

        // The first batch is under way when the rest waits.
        leaving.connect("s3", "cleo");
        leaving.directory.forget("s1");
        leaving.directory.forget("s2");
        PresenceNode.join(leaving.directory.close());
        nodes.get(1).connect("s4", "bert");

        PresenceNode staying = nodes.get(1);
        awaitUsers(List.of(staying), Map.of("bert", 1));
        assertThat(staying.transitions("anna")).containsExactly("online", "offline");
        assertThat(staying.transitions("bert")).containsExactly("online");
    }

    @Test
    void whatGoesWhileANodeWritesItselfAnewIsNoGhost() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 2, GRACE, Duration.ofSeconds(20));
        PresenceNode busy = nodes.get(0);
        busy.connect("s0", "anna");
        awaitUsers(nodes, Map.of("anna", 1));
        busy.bus.shut(PresenceScripts.WRITE::equals);

        // One batch is under way, then far more changes than may wait.
        busy.connect("ghost", "bert");
        for (int i = 0; i < 21_000; i++) {
            busy.connect("s0", "user" + i);
        }
        busy.directory.forget("ghost");
        busy.connect("s0", "anna");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        PresenceNode.join(busy.directory.counts()).repairs())
                .isPositive());
        // Long enough for a look at what Redis has, if it did not wait.
        PresenceNode late = nodes(busy.uri, 1, GRACE, Duration.ofSeconds(20)).get(0);
        assertThat(late.users()).isEqualTo(Map.of("anna", 1));
        busy.bus.open();

        await().atMost(LIMIT).until(() -> !busy.transitions("bert").isEmpty());
        awaitUsers(nodes, Map.of("anna", 1));
        awaitUsers(List.of(late), Map.of("anna", 1));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void aRedisThatHangsLeavesTheLastKnownState() {
        RedisServer server = redis.single();
        PresenceNode node = nodes(server.uri(), 1).get(0);
        node.connect("s1", "anna");
        awaitUsers(List.of(node), Map.of("anna", 1));
        assertThat(node.directory.isStale()).isFalse();

        server.freeze();
        await().atMost(LEASE.plusSeconds(2)).until(node.directory::isStale);
        assertThat(node.users()).isEqualTo(Map.of("anna", 1));
        server.thaw();

        await().atMost(LIMIT).until(() -> !node.directory.isStale());
    }

    @Test
    void whatOthersHaveWrittenWronglyIsPassedOver() {
        RedisServer server = redis.single();
        PresenceNode first = nodes(server.uri(), 1).get(0);
        first.connect("s1", "anna");
        awaitUsers(List.of(first), Map.of("anna", 1));
        String sockets = ((List<?>) server.call("KEYS", "*:sockets:*")).get(0).toString();
        server.call("HSET", sockets, "s2", "no JSON", "s3", "{}");
        server.call("INCR", "{socket.io-presence#/}:counter");
        String number = String.valueOf(server.call("GET", "{socket.io-presence#/}:counter"));
        server.call("XADD", "{socket.io-presence#/}:log", "*", "n", number, "node", "x", "changes", "no JSON");
        first.connect("s4", "bert");

        awaitUsers(List.of(first), Map.of("anna", 1, "bert", 1));
        assertThat(PresenceNode.join(first.directory.counts()).repairs()).isZero();
        awaitUsers(nodes(server.uri(), 1), Map.of("anna", 1, "bert", 1));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void aSocketIsSeenWhileItsNodeRenewsItsLease() {
        List<PresenceNode> nodes = nodes(redis.single().uri(), 2);
        nodes.get(0).connect("s1", "anna");
        awaitUsers(nodes, Map.of("anna", 1));

        Instant first = nodes.get(1).lastSeen("anna");
        await().atMost(LIMIT).until(() -> nodes.get(1).lastSeen("anna").isAfter(first.plus(LEASE)));
        assertThat(PresenceNode.join(nodes.get(1).directory.counts()).lag()).isLessThan(LIMIT);
    }

    @Test
    void aRedisThatHasForgottenEverythingLearnsItAgain() {
        RedisServer server = redis.single();
        List<PresenceNode> nodes = nodes(server.uri(), 2, Duration.ofSeconds(5), LEASE);
        for (int i = 0; i < 1_500; i++) {
            nodes.get(i % 2).connect("s" + i, "user" + i);
        }
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.users()).hasSize(1_500)));

        server.kill();
        await().atMost(LIMIT).until(() -> nodes.stream().allMatch(node -> node.directory.isStale()));
        assertThat(nodes.get(0).users()).hasSize(1_500);
        nodes.get(0).connect("late", "zoe");
        server.restart();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes).allSatisfy(node -> {
            assertThat(node.directory.isStale()).isFalse();
            assertThat(node.users()).hasSize(1_501);
        }));
        assertThat(nodes).allSatisfy(node -> assertThat(node.events)
                .allMatch(event -> event.type() == PresenceEvent.Type.ONLINE));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void aRedisThatHasLostItsLastWritesIsRepaired(@TempDir Path directory) {
        RedisServer server = redis.single("--dir", directory.toString());
        List<PresenceNode> nodes = nodes(server.uri(), 2, Duration.ofSeconds(3), Duration.ofSeconds(20));
        nodes.get(0).connect("s1", "anna");
        nodes.get(1).connect("s2", "bert");
        awaitUsers(nodes, Map.of("anna", 1, "bert", 1));
        server.call("SAVE");
        nodes.get(0).connect("s3", "cleo");
        nodes.get(0).directory.forget("s1");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.transitions("anna")).containsExactly("online", "offline")));

        server.restart();

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(nodes).allSatisfy(node -> {
                    assertThat(node.users()).isEqualTo(Map.of("bert", 1, "cleo", 1));
                    assertThat(PresenceNode.join(node.directory.counts()).repairs())
                            .isPositive();
                }));
        assertThat(nodes).allSatisfy(node -> {
            assertThat(node.transitions("bert")).containsExactly("online");
            assertThat(node.transitions("cleo")).containsExactly("online");
        });
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void aFailoverThatLosesWritesIsRepaired() {
        SentinelTopology topology = redis.sentinel();
        List<PresenceNode> nodes = nodes(topology.uri(), 2, GRACE, Duration.ofSeconds(20));
        nodes.get(0).connect("s1", "anna");
        nodes.get(1).connect("s2", "bert");
        awaitUsers(nodes, Map.of("anna", 1, "bert", 1));
        RedisServer master = topology.master();

        // So that they neither hear what follows nor come back for it.
        topology.replicas().forEach(RedisServer::freeze);
        master.call("CLIENT", "KILL", "TYPE", "replica");
        nodes.get(0).connect("s3", "cleo");
        nodes.get(0).directory.forget("s1");
        awaitUsers(nodes, Map.of("bert", 1, "cleo", 1));
        master.kill();
        topology.replicas().forEach(RedisServer::thaw);
        nodes.get(1).connect("s4", "dora");
        topology.awaitMasterOtherThan(master);

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(nodes).allSatisfy(node -> {
                    assertThat(node.directory.isStale()).isFalse();
                    assertThat(node.users()).isEqualTo(Map.of("bert", 1, "cleo", 1, "dora", 1));
                }));
        assertThat(PresenceNode.join(nodes.get(0).directory.counts()).repairs()).isPositive();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void worksOnEachMasterOfARedisCluster() {
        ClusterTopology cluster = redis.cluster();
        for (RedisServer master : cluster.masters()) {
            PubSub kind = master == cluster.masters().get(0) ? PubSub.SHARDED : PubSub.PLAIN;
            String namespace = IntStream.iterate(0, i -> i + 1)
                    .mapToObj(i -> "/" + i)
                    .filter(name -> cluster.masterOf("{socket.io-presence#" + name + "}") == master)
                    .findFirst()
                    .orElseThrow();
            List<PresenceNode> nodes =
                    List.of(clusterNode(master, namespace, kind), clusterNode(master, namespace, kind));

            nodes.get(0).connect("s1", "anna", "red");
            nodes.get(1).connect("s2", "bert");
            awaitUsers(nodes, Map.of("anna", 1, "bert", 1));
            assertThat((List<?>) master.call("KEYS", "{socket.io-presence#" + namespace + "}:*"))
                    .hasSize(5);
            nodes.get(0).bus.shut();
            awaitUsers(nodes.subList(1, 2), Map.of("bert", 1));
        }
    }

    private PresenceNode clusterNode(RedisServer master, String namespace, PubSub kind) {
        Config config = new Config();
        config.useClusterServers().addNodeAddress(master.uri());
        RedissonClient redisson = Redisson.create(config);
        redis.closing(redisson::shutdown);
        RedissonBus bus = RedissonBus.start(RedisServers.of(redisson), RedisAdapterOptions.defaults(), kind);
        return PresenceNode.start(redis, master.uri(), bus, namespace, GRACE, LEASE);
    }

    private List<PresenceNode> nodes(String uri, int count) {
        return nodes(uri, count, GRACE, LEASE);
    }

    private List<PresenceNode> nodes(String uri, int count, Duration grace, Duration lease) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> PresenceNode.start(redis, uri, grace, lease))
                .toList());
    }

    private static void awaitUsers(List<PresenceNode> nodes, Map<String, Integer> users) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.users()).isEqualTo(users)));
    }
}
