package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.adapter.BusStatistics;
import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import io.duet.metrics.ServerMetrics;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.socketio.PresenceOptions;
import io.duet.socketio.Server;
import io.duet.wire.RawSocketIoClient;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each meter of bus and presence, as Prometheus reads it, moves by what it is called after. */
final class ClusterMetricsIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int MESSAGES = 100;

    @RegisterExtension
    final RedisExtension resources = new RedisExtension();

    private RedisServer redis;

    @BeforeEach
    void startRedis() {
        redis = resources.single();
    }

    @Test
    void messagesOfOtherNodes() {
        Node sender = node(options -> {});
        Node member = node(options -> {});
        Node bystander = node(options -> options.subscription(RedisAdapterOptions.Subscription.PATTERN));
        sender.joins("tea");
        member.joins("tea");
        // Of broadcasts, requests, and two of answers; two rooms; two of the probe.
        member.await("duet_bus_subscriptions", 8);

        // So many that the probe's few do not matter.
        for (int i = 0; i < MESSAGES; i++) {
            sender.io.to("tea").emit("hello");
        }
        member.await("duet_bus_delivered_total", MESSAGES);
        member.awaitMore("duet_bus_received_total", MESSAGES - 1);
        sender.awaitMore("duet_bus_published_total", MESSAGES - 1);
        sender.awaitMore("duet_bus_received_total", MESSAGES - 1);
        sender.await("duet_bus_discarded_total", MESSAGES, "reason", "own");
        bystander.await("duet_bus_discarded_total", MESSAGES, "reason", "unaddressed");
        assertThat(member.value("duet_bus_discarded_total")).isZero();
        assertThat(bystander.value("duet_bus_delivered_total")).isZero();

        redis.call("PUBLISH", "socket.io#/#", "no message");
        member.await("duet_bus_discarded_total", 1, "reason", "malformed");

        sender.io.fetchSockets().toCompletableFuture().join();
        sender.await("duet_bus_delivered_total", 2);
        member.await("duet_bus_delivered_total", MESSAGES + 1);
    }

    @Test
    void whatAMessageTakes() {
        Node first = node(options -> {});
        Node second = node(options -> {});

        for (Node node : new Node[] {first, second}) {
            node.awaitMore("duet_bus_latency_seconds_count", 0, "to", "self");
            node.awaitMore("duet_bus_latency_seconds_count", 0, "to", "node");
            assertThat(node.value("duet_bus_latency_seconds_sum", "to", "node"))
                    .isPositive()
                    .isLessThan(LIMIT.toSeconds());
        }
    }

    @Test
    void redisThatHangsAndGoes() {
        Node node = node(options -> options.maxPublishWait(Duration.ofMillis(100)));

        redis.freeze();
        node.io.emit("one");
        node.awaitMore("duet_bus_queue_messages", 0, "direction", "out");
        assertThat(node.value("duet_bus_queue_bytes", "direction", "out")).isPositive();
        node.await("duet_bus_connected", 0);
        assertThat(node.value("duet_bus_retries_total")).isZero();
        assertThat(node.value("duet_bus_lost_total")).isZero();

        redis.kill();
        node.await("duet_bus_lost_total", 1);
        node.awaitMore("duet_bus_retries_total", 0);
        node.awaitMore("duet_bus_dropped_total", 0, "direction", "out");
        node.await("duet_bus_queue_messages", 0, "direction", "out");
        assertThat(node.value("duet_bus_queue_bytes", "direction", "out")).isZero();
        assertThat(node.value("duet_bus_gaps_total")).isZero();

        redis.restart();
        node.await("duet_bus_gaps_total", 1);
        node.awaitMore("duet_bus_resubscriptions_total", 3);
        node.await("duet_bus_connected", 1);
    }

    @Test
    void aNodeThatIsTooSlow() throws InterruptedException {
        Node slow = node(options -> options.maxReceiveQueueBytes(1_000));
        Node other = node(options -> {});
        BusStatistics bus = slow.adapter.statistics().orElseThrow();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        bus.onLatency((own, nanos) -> {
            held.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        held.await();

        try {
            // The probe, which is still being handled.
            slow.await("duet_bus_queue_messages", 1, "direction", "in");
            assertThat(slow.value("duet_bus_queue_bytes", "direction", "in")).isGreaterThan(100);
            assertThat(slow.value("duet_bus_dropped_total")).isZero();
            other.io.emit("one");
            other.io.emit("two", "x".repeat(1_000));
        } finally {
            release.countDown();
        }
        slow.awaitMore("duet_bus_dropped_total", 0, "direction", "in");
        slow.await("duet_bus_queue_messages", 0, "direction", "in");
        slow.await("duet_bus_delivered_total", 1);
    }

    @Test
    void usersOnAllNodes() {
        Node first = node(options -> {});
        Node second = node(options -> {});
        for (Node node : new Node[] {first, second}) {
            node.io.presence(PresenceOptions.builder()
                    .lease(Duration.ofSeconds(1))
                    .user(socket -> Optional.of("anna"))
                    .build());
        }
        first.client();
        first.client();

        second.await("duet_presence_users", 1, "namespace", "/");
        second.await("duet_presence_sockets", 2, "namespace", "/");
        assertThat(second.value("duet_presence_transitions_total", "namespace", "/"))
                .isPositive();
        assertThat(second.value("duet_presence_repairs_total", "namespace", "/"))
                .isZero();
        assertThat(second.value("duet_presence_stale", "namespace", "/")).isZero();

        // Entries that nobody is woken for are read at the next renewal.
        Awaitility.await("lag").atMost(LIMIT).untilAsserted(() -> {
            Object number = redis.call("INCR", "{socket.io-presence#/}:counter");
            redis.call("XADD", "{socket.io-presence#/}:log", "*", "n", number.toString(), "node", "x", "changes", "[]");
            assertThat(second.value("duet_presence_lag_seconds", "namespace", "/"))
                    .isBetween(0.01, 1.0);
        });

        redis.call("FLUSHALL");
        second.awaitMore("duet_presence_repairs_total", 0, "namespace", "/");
        redis.freeze();
        second.await("duet_presence_stale", 1, "namespace", "/");
        redis.thaw();
        second.await("duet_presence_stale", 0, "namespace", "/");
    }

    private Node node(Consumer<RedisAdapterOptions.Builder> change) {
        RedisAdapterOptions.Builder options = RedisAdapterOptions.builder();
        change.accept(options);
        Node node = resources.closing(new Node(RedisAdapter.classic(redis.uri(), options.build())));
        node.await("duet_bus_connected", 1);
        return node;
    }

    /** A server with a registry of its own. */
    private static final class Node implements AutoCloseable {
        private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        private final RedisAdapter adapter;
        private final Server io;

        /** Held, since the connection of a client that nobody holds ends when garbage is collected. */
        private final List<RawSocketIoClient> clients = new ArrayList<>();

        Node(RedisAdapter adapter) {
            this.adapter = adapter;
            io = Server.builder().host("127.0.0.1").port(0).adapter(adapter).build();
            new ServerMetrics(io).bindTo(registry);
            io.start();
        }

        void client() {
            RawSocketIoClient client = RawSocketIoClient.open(io.port());
            clients.add(client);
            client.join("/");
        }

        /** A client in a room. */
        void joins(String room) {
            client();
            io.sockets().sockets().values().forEach(socket -> socket.join(room)
                    .toCompletableFuture()
                    .join());
        }

        double value(String name, String... labels) {
            MetricsPage page = MetricsPage.parse(registry.scrape());
            assertThat(page.has(name, labels)).as(name).isTrue();
            return page.sum(name, labels);
        }

        void await(String name, double expected, String... labels) {
            Awaitility.await(name).atMost(LIMIT).untilAsserted(() -> assertThat(value(name, labels))
                    .isEqualTo(expected));
        }

        void awaitMore(String name, double than, String... labels) {
            Awaitility.await(name).atMost(LIMIT).untilAsserted(() -> assertThat(value(name, labels))
                    .isGreaterThan(than));
        }

        @Override
        public void close() {
            clients.forEach(RawSocketIoClient::close);
            io.close().toCompletableFuture().join();
        }
    }
}
