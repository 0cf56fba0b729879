package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.it.BalancedClients.Client;
import io.duet.it.BalancedClients.Disconnect;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@code docker-compose.yml} describes, as processes of this machine: Redis with replicas and sentinels, three servers, and in front of them the
 * real HAProxy or nginx with the shipped configuration.
 */
final class DeploymentIT {
    private static final int NODES = 3;

    /** For checks each second to see that a node is about to go. */
    private static final Duration DRAIN_DELAY = Duration.ofSeconds(2);

    /** The default of clients is 1 s, more or less a half of it. */
    private static final long MAX_RECONNECTION_DELAY_MILLIS = 1500;

    private static final long HANDSHAKE_LIMIT_MILLIS = 1500;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Requests that came to the wrong node. */
    private static final String UNKNOWN_SESSIONS = "duet_requests_refused_total\\{error=\"session_id_unknown\"} [1-9]";

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private final List<FixtureProcess> nodes = new ArrayList<>();
    private final List<Integer> healthPorts = new ArrayList<>();
    private String redisUri = "";
    private Duration drainTime = Duration.ZERO;

    @BeforeEach
    void startRedis() {
        redisUri = redis.sentinel().uri();
    }

    /** One deployment for all that is not long: its start and end are most of the time. */
    @Test
    void clientsFindTheirNodesAndSurviveTheRestartOfOneAndTheDeathOfAnother() throws Exception {
        startNodes(Duration.ofSeconds(2));
        withoutStickinessNodesSaySo();
        handshakes(LoadBalancer.Kind.HAPROXY_COOKIE, 20);
        handshakes(LoadBalancer.Kind.NGINX_HASH, 20);
        handshakes(LoadBalancer.Kind.NGINX_COOKIE, 20);
        try (LoadBalancer balancer = start(LoadBalancer.Kind.HAPROXY_SID);
                BalancedClients running = BalancedClients.start(balancer, 60)) {
            Drain drain = restart(balancer, 0);
            long killed = kill(balancer, 1);
            List<Client> clients = running.end();

            assertBackAtOnce(clients);
            assertThat(drain.disconnects(clients)).as("by the drain").hasSizeBetween(10, 30);
            assertThat(disconnects(clients, killed, Long.MAX_VALUE))
                    .as("by the death")
                    .hasSizeBetween(10, 40);
        }
    }

    private void withoutStickinessNodesSaySo() throws Exception {
        try (LoadBalancer balancer = start(LoadBalancer.Kind.NGINX_NONE)) {
            BalancedClients knocking = BalancedClients.knocking(balancer, 10);
            try {
                for (int i = 0; i < NODES; i++) {
                    FixtureProcess node = nodes.get(i);
                    String metrics = "http://127.0.0.1:" + healthPorts.get(i) + "/metrics";
                    Awaitility.await(metrics).atMost(LIMIT).untilAsserted(() -> {
                        assertThat(node.log()).anyMatch(line -> line.contains("sticky sessions?"));
                        assertThat(LoadBalancer.get(metrics)).containsPattern(UNKNOWN_SESSIONS);
                    });
                }
            } finally {
                knocking.close();
            }
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NGINX_NONE")
    void noHandshakeOfAHundredClientsFails(LoadBalancer.Kind kind) throws Exception {
        startNodes(Duration.ofSeconds(2));
        handshakes(kind, 100);
    }

    private void handshakes(LoadBalancer.Kind kind, int count) throws Exception {
        try (LoadBalancer balancer = start(kind);
                BalancedClients running = BalancedClients.start(balancer, count)) {
            List<Client> clients = running.end();

            assertThat(clients).hasSize(count).allSatisfy(client -> {
                assertThat(client.refusals()).as("%s: refusals", kind).isEmpty();
                assertThat(client.disconnects()).as("%s: disconnects", kind).isEmpty();
                assertThat(client.connects()).hasSize(1);
                assertThat(client.transport()).isEqualTo("websocket");
                assertThat(client.joined()).isTrue();
            });
            assertThat(balancer.requests()).as("%s: requests by node", kind).hasSize(NODES);
            assertThat(balancer.requests().values())
                    .as("%s: requests by node", kind)
                    .allMatch(requests -> requests > 2);
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"HAPROXY_SID", "HAPROXY_COOKIE"})
    void clientsSurviveARollingRestart(LoadBalancer.Kind kind) throws Exception {
        startNodes(Duration.ofSeconds(10));
        try (LoadBalancer balancer = start(kind);
                BalancedClients running = BalancedClients.start(balancer, 300)) {
            List<Drain> drains = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                drains.add(restart(balancer, i));
            }
            Map<String, Map<String, String>> figures = balancer.haproxyNodes();
            List<Client> clients = running.end();

            List<Double> unevenness = drains.stream()
                    .map(drain -> unevenness(drain.disconnects(clients)))
                    .toList();
            report("rolling restart, " + kind, clients, "unevenness %.3f, %.3f, %.3f".formatted(unevenness.toArray()));
            assertBackAtOnce(clients);
            assertThat(unevenness).as("distance from evenly spread").allMatch(distance -> distance < 0.15);
            if (kind == LoadBalancer.Kind.HAPROXY_SID) {
                // With a cookie they come to the node that drains, which refuses, and are sent on to the next.
                assertThat(figures).allSatisfy((name, node) -> {
                    assertThat(node.get("wretr")).as("%s: tried again", name).isEqualTo("0");
                    assertThat(node.get("wredis")).as("%s: sent on", name).isEqualTo("0");
                    assertThat(node.get("econ")).as("%s: did not accept", name).isEqualTo("0");
                    assertThat(node.get("hrsp_5xx")).as("%s: refused", name).isEqualTo("0");
                });
            }
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"NGINX_HASH", "NGINX_COOKIE"})
    void clientsSurviveARollingRestartBehindNginx(LoadBalancer.Kind kind) throws Exception {
        startNodes(Duration.ofSeconds(10));
        try (LoadBalancer balancer = start(kind);
                BalancedClients running = BalancedClients.start(balancer, 300)) {
            for (int i = 0; i < NODES; i++) {
                restart(balancer, i);
            }
            List<Client> clients = running.end();

            assertThat(clients).allMatch(Client::joined);
            report("rolling restart, " + kind, clients, "");
        }
    }

    @Tag("long")
    @Test
    void clientsOfADeadNodeAreBackWithinTheirReconnectionDelay() throws Exception {
        int count = 300;
        startNodes(Duration.ofSeconds(2));
        try (LoadBalancer balancer = start(LoadBalancer.Kind.HAPROXY_SID);
                BalancedClients running = BalancedClients.start(balancer, count)) {
            long killed = kill(balancer, 0);
            List<Client> clients = running.end();

            assertThat(disconnects(clients, killed, Long.MAX_VALUE)).hasSizeBetween(count / 4, count / 2);
            report("kill -9", clients, "");
            assertBackAtOnce(clients);
        }
    }

    private void startNodes(Duration drainedOver) throws Exception {
        drainTime = drainedOver;
        redis.closing(this::endNodes);
        List<CompletableFuture<FixtureProcess>> starting = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            int index = i;
            healthPorts.add(RedisServer.freePort());
            starting.add(CompletableFuture.supplyAsync(() -> startNode(index, 0)));
        }
        for (CompletableFuture<FixtureProcess> node : starting) {
            nodes.add(node.get());
        }
    }

    /** All at once: each waits for its drain delay. */
    private void endNodes() throws Exception {
        nodes.forEach(FixtureProcess::signal);
        for (FixtureProcess node : nodes) {
            node.awaitEnd(DRAIN_DELAY.plus(drainTime).plusSeconds(10));
            node.close();
        }
    }

    private FixtureProcess startNode(int index, int port) {
        String healthPort = healthPorts.get(index).toString();
        List<String> options = new ArrayList<>(List.of("--redis", redisUri, "--health-port", healthPort));
        options.addAll(List.of("--trusted-proxies", "127.0.0.1"));
        options.addAll(List.of("--drain-delay", DRAIN_DELAY.toString(), "--drain-time", drainTime.toString()));
        // For those who went to another node: they never come for what they are told.
        options.addAll(List.of("--drain-timeout", "1s"));
        try {
            return FixtureProcess.server(options.toArray(String[]::new))
                    .port(port)
                    .heap("192m")
                    .start();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private LoadBalancer start(LoadBalancer.Kind kind) throws Exception {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < NODES; i++) {
            environment.put("NODE" + (i + 1), "127.0.0.1:" + nodes.get(i).port());
            environment.put(
                    "NODE" + (i + 1) + "_HEALTH_PORT", healthPorts.get(i).toString());
        }
        return LoadBalancer.start(kind, environment);
    }

    /** Returns when the balancer knows that the node is there again. */
    private Drain restart(LoadBalancer balancer, int index) throws Exception {
        FixtureProcess old = nodes.get(index);
        long begin = System.currentTimeMillis();
        old.terminate(DRAIN_DELAY.plus(drainTime).plusSeconds(15));
        old.close();
        Drain drain = new Drain(begin, System.currentTimeMillis());
        nodes.set(index, startNode(index, old.port()));
        balancer.awaitAllNodes();
        return drain;
    }

    /** Returns when the balancer has noticed; tells when it happened. */
    private long kill(LoadBalancer balancer, int index) throws Exception {
        long at = System.currentTimeMillis();
        nodes.get(index).kill();
        balancer.awaitDown("n" + (index + 1));
        return at;
    }

    private static void assertBackAtOnce(List<Client> clients) {
        assertThat(clients).allSatisfy(client -> {
            assertThat(client.joined()).isTrue();
            assertThat(client.refusals()).isEmpty();
            assertThat(absences(client))
                    .allMatch(millis -> millis < MAX_RECONNECTION_DELAY_MILLIS + HANDSHAKE_LIMIT_MILLIS);
        });
    }

    /** For how long it was away, each time. */
    private static List<Long> absences(Client client) {
        List<Long> absences = new ArrayList<>();
        for (int i = 0; i < client.disconnects().size(); i++) {
            absences.add(
                    client.connects().get(i + 1) - client.disconnects().get(i).at());
        }
        return absences;
    }

    /** The greatest distance (Kolmogorov and Smirnov's) of when clients lost their connections from evenly spread over the drain time. */
    private double unevenness(List<Long> times) {
        double greatest = 0;
        for (int i = 0; i < times.size(); i++) {
            double due = (double) (times.get(i) - times.get(0)) / drainTime.toMillis();
            greatest = Math.max(greatest, Math.abs(due - (double) i / times.size()));
        }
        return greatest;
    }

    /** For the documentation, and for who runs it. */
    private static void report(String incident, List<Client> clients, String more) throws Exception {
        Path file = Path.of("target", "deployment.md");
        if (Files.notExists(file)) {
            Files.writeString(
                    file,
                    """
                    | incident | clients | disconnects | refused | away: median | longest | messages | missed | |
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- |
                    """);
        }
        List<Long> absences = clients.stream()
                .flatMap(client -> absences(client).stream())
                .sorted()
                .toList();
        Files.writeString(
                file,
                "| %s | %d | %d | %d | %d ms | %d ms | %d | %d | %s |%n"
                        .formatted(
                                incident,
                                clients.size(),
                                absences.size(),
                                clients.stream()
                                        .mapToInt(client -> client.refusals().size())
                                        .sum(),
                                absences.get(absences.size() / 2),
                                absences.get(absences.size() - 1),
                                clients.stream().mapToInt(Client::expected).sum(),
                                clients.stream()
                                        .mapToInt(client -> client.missed().size())
                                        .sum(),
                                more),
                StandardOpenOption.APPEND);
    }

    /** When a node began to end, and when it had ended. */
    private record Drain(long begin, long end) {
        List<Long> disconnects(List<Client> clients) {
            return DeploymentIT.disconnects(clients, begin, end);
        }
    }

    private static List<Long> disconnects(List<Client> clients, long from, long to) {
        return clients.stream()
                .flatMap(client -> client.disconnects().stream())
                .map(Disconnect::at)
                .filter(at -> at >= from && at <= to)
                .sorted()
                .toList();
    }
}
