package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of 500 messages a second on three servers when their Redis dies, freezes or changes; real clients count them. */
final class FailoverIT {
    private static final int SERVERS = 3;

    /** What a server says when Redis is away, and when it is back. */
    private static final String COMPLAINTS = "io\\.duet\\.adapter\\.redis|org\\.redisson";

    private static final String GAP = "messages of other nodes may have been missed";

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private enum Incident {
        KILL {
            @Override
            void happen(SentinelTopology topology, ClusterLoad load) throws Exception {
                topology.master().kill();
                load.run(Duration.ofSeconds(9));
            }
        },
        FAILOVER {
            @Override
            void happen(SentinelTopology topology, ClusterLoad load) throws Exception {
                topology.failover();
                // Sentinels demote the old master about ten seconds later.
                load.run(Duration.ofSeconds(18));
            }
        },
        FREEZE {
            @Override
            void happen(SentinelTopology topology, ClusterLoad load) throws Exception {
                RedisServer master = topology.master();
                master.freeze();
                load.run(Duration.ofSeconds(10));
                master.thaw();
                load.run(Duration.ofSeconds(8));
            }
        },
        SENTINELS {
            @Override
            void happen(SentinelTopology topology, ClusterLoad load) throws Exception {
                topology.sentinels().forEach(RedisServer::kill);
                load.run(Duration.ofSeconds(6));
                topology.sentinels().forEach(RedisServer::restart);
                load.run(Duration.ofSeconds(3));
            }
        };

        abstract void happen(SentinelTopology topology, ClusterLoad load) throws Exception;
    }

    @Test
    void killedMasterLosesNothing() throws Exception {
        SentinelTopology topology = redis.sentinel();
        List<FixtureProcess> servers = duet(topology.uri(), SERVERS);
        ClusterLoad load = redis.closing(ClusterLoad.start(ports(servers)));
        load.warmUp();

        load.run(Duration.ofSeconds(1));
        topology.master().kill();
        load.run(Duration.ofSeconds(4));
        load.awaitQuiet();

        for (String room : List.of("one", "all")) {
            ClusterLoad.Outcome remote = load.count(room, true);
            assertThat(remote.expected()).isGreaterThan(500);
            assertThat(remote.lost()).as("lost").isZero();
            assertThat(remote.reordered()).as("out of order").isZero();
            assertLocalIsUnaffected(load.count(room, false));
        }
        for (FixtureProcess server : servers) {
            assertThat(gaps(server)).as("gaps told").isPositive();
        }
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "duet, KILL", "node, KILL", "mixed, KILL",
        "duet, FAILOVER", "node, FAILOVER", "mixed, FAILOVER",
        "duet, FREEZE", "node, FREEZE", "mixed, FREEZE",
        "duet, SENTINELS", "node, SENTINELS", "mixed, SENTINELS"
    })
    void sentinelFailoverUnderLoad(String kind, Incident incident) throws Exception {
        SentinelTopology topology = redis.closing(SentinelTopology.start(Duration.ofSeconds(2)));
        ClusterLoad load = measure(kind, incident.name(), topology.uri(), on -> incident.happen(topology, on));

        assertNothingIsLost(kind, load);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"duet", "node", "mixed"})
    void singleServerRestartedUnderLoad(String kind) throws Exception {
        RedisServer server = redis.single();
        ClusterLoad load = measure(kind, "RESTART", server.uri(), on -> outage(server, Duration.ofSeconds(2), on));

        assertNothingIsLost(kind, load);
    }

    /** Nothing waits for longer than ten seconds; servers log what Redis does to them, and no fault. */
    @Test
    @Tag("long")
    void redisAwayForAMinuteIsSurvived() throws Exception {
        RedisServer server = redis.single();
        ClusterLoad load = measure("duet", "AWAY", server.uri(), on -> outage(server, Duration.ofMinutes(1), on));

        for (String room : List.of("one", "all")) {
            ClusterLoad.Outcome remote = load.count(room, true);
            assertThat(remote.reordered()).as("out of order").isZero();
            assertThat(remote.lost() * 68.0 / remote.expected())
                    .as("seconds of which messages are lost")
                    .isBetween(45.0, 55.0);
            assertLocalIsUnaffected(load.count(room, false));
        }
    }

    private static void outage(RedisServer server, Duration away, ClusterLoad load) throws Exception {
        server.kill();
        load.run(away);
        server.restart();
        load.run(Duration.ofSeconds(6));
    }

    private interface Event {
        void happen(ClusterLoad load) throws Exception;
    }

    /** @param kind {@code duet}, {@code node}, or {@code mixed}: two of Duet's and one of Node's */
    private ClusterLoad measure(String kind, String incident, String uri, Event event) throws Exception {
        int ours = kind.equals("duet") ? SERVERS : kind.equals("mixed") ? SERVERS - 1 : 0;
        List<FixtureProcess> duet = duet(uri, ours);
        List<Integer> ports = new ArrayList<>(ports(duet));
        for (int i = ours; i < SERVERS; i++) {
            ports.add(node(uri));
        }
        ClusterLoad load = redis.closing(ClusterLoad.start(ports));
        load.warmUp();

        load.run(Duration.ofSeconds(2));
        event.happen(load);
        load.awaitQuiet();

        List<Long> gaps = duet.stream().map(FailoverIT::gaps).toList();
        for (String room : List.of("one", "all")) {
            ClusterLoad.Outcome outcome = load.count(room, true);
            report("| %s | %s | %s | %d | %d | %d | %d | %.1f s | %s |%n"
                    .formatted(
                            incident,
                            kind,
                            room,
                            outcome.expected(),
                            outcome.lost(),
                            outcome.doubled(),
                            outcome.reordered(),
                            outcome.longestWaitMillis() / 1000.0,
                            gaps));
        }
        return load;
    }

    private static void assertNothingIsLost(String kind, ClusterLoad load) {
        if (kind.equals("duet")) {
            for (String room : List.of("one", "all")) {
                ClusterLoad.Outcome remote = load.count(room, true);
                assertThat(remote.lost()).as("lost").isZero();
                assertThat(remote.reordered()).as("out of order").isZero();
            }
        }
    }

    private static void assertLocalIsUnaffected(ClusterLoad.Outcome local) {
        assertThat(local.expected()).isPositive();
        assertThat(local.lost() + local.doubled() + local.reordered()).isZero();
        assertThat(local.longestWaitMillis()).as("wait of local clients").isLessThan(1000);
    }

    private List<FixtureProcess> duet(String uri, int count) throws Exception {
        List<FixtureProcess> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            servers.add(redis.closing(FixtureProcess.fixture("bench", "--redis", uri)
                    .allow(COMPLAINTS)
                    .start()));
        }
        return servers;
    }

    private int node(String uri) throws Exception {
        NodeScript server = redis.closing(NodeScript.kit("bench-server.mjs", "--redis", uri));
        return Integer.parseInt(
                server.awaitLine("ready ", Duration.ofSeconds(20)).substring("ready ".length()));
    }

    private static List<Integer> ports(List<FixtureProcess> servers) {
        return servers.stream().map(FixtureProcess::port).toList();
    }

    private static long gaps(FixtureProcess server) {
        return server.log().stream().filter(line -> line.contains(GAP)).count();
    }

    /** For the documentation, and for who runs it. */
    private static void report(String line) throws Exception {
        Path file = Path.of("target", "failover.md");
        if (Files.notExists(file)) {
            Files.writeString(
                    file,
                    """
                    | incident | servers | room | messages | lost | doubled | out of order | longest wait | gaps told |
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- |
                    """);
        }
        Files.writeString(file, line, StandardOpenOption.APPEND);
    }
}
