package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.duet.redis.ClusterTopology;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import io.duet.redis.TlsFiles;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Passwords, users, TLS, and clients that were made by others. */
final class RedisLoginIT {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Duration DOWN_AFTER = Duration.ofSeconds(1);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void givesThePassword() {
        RedisServer server = redis.single("--requirepass", "p@ss/word");

        assertWorks(TestBus.start("redis://:p%40ss%2Fword@127.0.0.1:" + server.port()));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void givesThePasswordToMastersAndNotToSentinels() {
        SentinelTopology topology = redis.closing(SentinelTopology.withPasswords(DOWN_AFTER, "secret", ""));
        TestBus bus = TestBus.start(topology.uri("secret"));
        assertWorks(bus);

        assertFollows(topology, bus);
    }

    @Test
    void givesThePasswordToSentinelsThatAskForIt() {
        SentinelTopology topology = redis.closing(SentinelTopology.withPasswords(DOWN_AFTER, "secret", "secret"));

        assertWorks(TestBus.start(topology.uri("secret")));
    }

    @Test
    void usesAClientThatGivesSentinelsAPasswordOfTheirOwn() {
        SentinelTopology topology = redis.closing(SentinelTopology.withPasswords(DOWN_AFTER, "secret", "other"));
        Config config = RedisUri.parse(topology.uri("secret")).config();
        config.useSentinelServers().setSentinelPassword("other");

        assertWorks(TestBus.over(client(config), PubSub.PLAIN));
    }

    /** What the user may do is all that is needed; a pattern must be allowed as it is written. */
    @Test
    void logsInAsAUserWhoMayDoLittle() {
        String uri = redis.single()
                .uriOfUser("&socket.io* &socket.io#/b*"
                        + " +publish +subscribe +psubscribe +unsubscribe +punsubscribe +pubsub|numsub +ping +role");

        assertWorks(TestBus.start(uri));
    }

    @Test
    void presenceNeedsMoreCommandsAndItsKeys() {
        String uri = redis.single()
                .uriOfUser(
                        "&socket.io* &{socket.io-presence#* ~{socket.io-presence#*"
                                + " +publish +subscribe +unsubscribe +pubsub|numsub +ping +role +eval +evalsha +script|load +time +get +incr +pexpire +unlink"
                                + " +zadd +zrem +zscore +zrange +zrangebyscore +hget +hset +hdel +hscan +xadd +xrange +xrevrange");

        PresenceNode first = PresenceNode.start(redis, uri, Duration.ZERO, Duration.ofSeconds(3));
        PresenceNode second = PresenceNode.start(redis, uri, Duration.ZERO, Duration.ofSeconds(3));
        PresenceNode.join(first.connect("s1", "anna", "red"));
        first.directory.left("s1", "red");
        PresenceNode.join(second.connect("s2", "bert"));
        first.directory.forget("s1");
        PresenceNode.join(first.directory.close());

        await().atMost(LIMIT).until(() -> second.users().equals(Map.of("bert", 1)));
    }

    @Test
    void triesAgainUntilThePasswordIsRight() {
        RedisServer server = redis.single();
        server.call("CONFIG", "SET", "requirepass", "other");
        TestBus bus = redis.closing(TestBus.start("redis://:right@127.0.0.1:" + server.port()));
        await().during(Duration.ofSeconds(1)).until(() -> !bus.bus.isReady());

        server.callAs("default", "other", "CONFIG", "SET", "requirepass", "right");

        await().atMost(LIMIT).until(bus.bus::isReady);
    }

    @Test
    void speaksTls(@TempDir Path directory) throws Exception {
        TlsFiles files = TlsFiles.in(directory);
        RedisServer server = redis.closing(RedisServer.withTls(files));

        assertWorks(TestBus.over(client(trusting(files, server.uri())), PubSub.PLAIN));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void speaksTlsWithSentinelsAndMasters(@TempDir Path directory) throws Exception {
        TlsFiles files = TlsFiles.in(directory);
        SentinelTopology topology = redis.closing(SentinelTopology.withTls(DOWN_AFTER, files));
        TestBus bus = TestBus.over(client(trusting(files, topology.uri())), PubSub.PLAIN);
        assertWorks(bus);

        assertFollows(topology, bus);
    }

    @Test
    void refusesACertificateItDoesNotTrust(@TempDir Path directory) throws Exception {
        TlsFiles files = TlsFiles.in(directory);
        RedisServer server = redis.closing(RedisServer.withTls(files));
        TestBus bus = redis.closing(TestBus.start(server.uri()));

        await().during(Duration.ofSeconds(1)).until(() -> !bus.bus.isReady());
    }

    @Test
    void usesAClientWithTheDefaultsOfRedisson() {
        RedisServer server = redis.single();
        Config config = new Config();
        config.useSingleServer().setAddress(server.uri());

        assertWorks(TestBus.over(client(config), PubSub.PLAIN));
    }

    /** Redis carries messages to all of its nodes; each counts those who are connected to it. */
    @Test
    void meetsOthersInARedisClusterWhereverTheyAre() {
        ClusterTopology cluster = redis.cluster();
        Config config = new Config();
        config.useClusterServers()
                .addNodeAddress(cluster.masters().stream().map(RedisServer::uri).toArray(String[]::new));
        TestBus bus = TestBus.over(client(config), PubSub.PLAIN);
        assertWorks(bus);
        List<TestBus> others = cluster.masters().stream()
                .map(master -> redis.closing(TestBus.start(master.uri())))
                .toList();
        others.forEach(other -> other.listen("servers"));
        bus.listen("servers");

        assertThat(bus.bus.countSubscribers("servers").toCompletableFuture().join())
                .isEqualTo(others.size() + 1);
        bus.publish("servers", 4);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(others)
                .allSatisfy(other -> assertThat(other.heard).containsExactly(4)));
    }

    @Test
    void refusesAClientThatIsNotRedissons() {
        Object other = Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RedissonClient.class}, (proxy, method, arguments) -> null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisAdapter.classic((RedissonClient) other))
                .withMessageContaining("expected: made by Redisson.create");
    }

    private Redisson client(Config config) {
        RedissonClient redisson = Redisson.create(config);
        redis.closing(redisson::shutdown);
        return (Redisson) redisson;
    }

    private static Config trusting(TlsFiles files, String uri) throws MalformedURLException {
        return RedisUri.parse(uri)
                .config()
                .setSslTruststore(files.trustStore().toUri().toURL())
                .setSslTruststorePassword(TlsFiles.PASSWORD);
    }

    private static void assertFollows(SentinelTopology topology, TestBus bus) {
        topology.master().kill();

        await().atMost(LIMIT).until(() -> bus.events.equals(List.of("regained", "lost", "gap", "regained")));
    }

    private void assertWorks(TestBus started) {
        TestBus bus = redis.closing(started);
        bus.listen("socket.io#/#a#");
        TestBus.join(bus.bus.subscribePattern("socket.io#/b*", bus::hear));
        TestBus.join(bus.bus.subscribeCounted("socket.io-request#/#", bus::hear));
        await().atMost(LIMIT)
                .until(() -> bus.bus
                                .countSubscribers("socket.io-request#/#")
                                .toCompletableFuture()
                                .join()
                        == 1);

        bus.publish("socket.io#/#a#", 1);
        bus.publish("socket.io#/b1", 2);
        bus.publish("socket.io-request#/#", 3);

        await().atMost(LIMIT).until(() -> bus.heard.equals(List.of(1, 2, 3)));
    }
}
