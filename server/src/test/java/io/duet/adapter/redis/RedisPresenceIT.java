package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Presence of several nodes on real servers, some of which die. */
final class RedisPresenceIT {
    private static final Duration GRACE = Duration.ofMillis(300);
    private static final Duration LEASE = Duration.ofSeconds(1);
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
        nodes.get(0).directory.forget("s1");
        nodes.get(1).directory.joined("s2", "blue");
        nodes.get(1).directory.forget("s2");

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(nodes).allSatisfy(node -> assertThat(node.transitions("anna"))
                        .containsExactly("online", "joined red", "joined blue", "left red", "left blue", "offline")));
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
    void nothingIsLeftWhenAllNodesHaveDied() {
        RedisServer server = redis.single();
        List<PresenceNode> nodes = nodes(server.uri(), 2);
        nodes.get(0).connect("s1", "anna");
        nodes.get(1).connect("s2", "bert");
        awaitUsers(nodes, Map.of("anna", 1, "bert", 1));
        assertThat((List<?>) server.call("KEYS", "*")).isNotEmpty();

        nodes.forEach(node -> node.bus.shut());

        await().atMost(LEASE.plusSeconds(2)).untilAsserted(() -> assertThat((List<?>) server.call("KEYS", "*"))
                .isEmpty());
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

    @Test
    void aRedisThatHasForgottenEverythingLearnsItAgain() {
        RedisServer server = redis.single();
        List<PresenceNode> nodes = nodes(server.uri(), 2);
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
    }

    @Test
    void aRedisThatHasLostItsLastWritesIsRepaired(@TempDir Path directory) {
        RedisServer server = redis.single("--dir", directory.toString());
        List<PresenceNode> nodes = nodes(server.uri(), 2);
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

    @Test
    void aFailoverIsSurvived() {
        SentinelTopology topology = redis.sentinel();
        List<PresenceNode> nodes = nodes(topology.uri(), 2);
        nodes.get(0).connect("s1", "anna");
        awaitUsers(nodes, Map.of("anna", 1));
        RedisServer master = topology.master();

        master.kill();
        nodes.get(1).connect("s2", "bert");
        topology.awaitMasterOtherThan(master);

        awaitUsers(nodes, Map.of("anna", 1, "bert", 1));
        assertThat(nodes)
                .allSatisfy(node -> assertThat(node.transitions("bert")).containsExactly("online"));
    }

    private List<PresenceNode> nodes(String uri, int count) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> PresenceNode.start(redis, uri, GRACE, LEASE))
                .toList());
    }

    private static void awaitUsers(List<PresenceNode> nodes, Map<String, Integer> users) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.users()).isEqualTo(users)));
    }
}
