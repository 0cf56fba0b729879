package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.Redisson;
import org.redisson.api.RBatch;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * 100,000 users on 4 nodes, beside the usual recipe: a key for each user with a time to live that is renewed every 30 s, and a set for each room.
 * The figures in {@code adapter/docs/presence.md} are what this prints.
 */
@Tag("long")
final class PresenceScaleIT {
    private static final Logger log = LoggerFactory.getLogger(PresenceScaleIT.class);

    private static final int USERS = 100_000;
    private static final int NODES = 4;
    private static final int ROOMS = 100;
    private static final int RENEWALS = 40;
    private static final int QUESTIONS = 200;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void costsLittle() {
        RedisServer server = redis.single();
        List<PresenceNode> nodes = IntStream.range(0, NODES)
                .mapToObj(i -> PresenceNode.start(redis, server.uri(), GRACE, LEASE))
                .toList();
        nodes.forEach(PresenceNode::users);
        Cost idleEmpty = renewals(server);
        long memoryBefore = info(server, "memory", "used_memory:(\\d+)");
        long heapBefore = heap();

        Cost connect = cost(server, () -> connectAll(nodes));
        long memory = info(server, "memory", "used_memory:(\\d+)") - memoryBefore;
        nodes.forEach(node -> node.events.clear());
        long heap = heap() - heapBefore;
        double[] millis = questions(nodes.get(1));
        Cost idleFull = renewals(server);
        Cost one = cost(server, () -> {
            PresenceNode.join(nodes.get(0).connect("one more", "anna"));
            await().atMost(LIMIT)
                    .until(() -> nodes.stream().allMatch(node -> PresenceNode.join(node.directory.isOnline("anna"))));
        });

        log.info(
                "connecting: {} scripts in {} ms, {} a connection",
                connect.calls,
                connect.millis,
                connect.calls / (double) USERS);
        log.info("connecting one: {} scripts on all nodes", one.calls);
        log.info("renewal: {} us with nobody, {} us with all", idleEmpty.microsEach(), idleFull.microsEach());
        log.info("memory: {} bytes a user", memory / USERS);
        log.info("heap: {} bytes a user on each node", heap / USERS / NODES);
        log.info("usersIn a room of 1,000: median {} ms, longest {} ms", millis[QUESTIONS / 2], millis[QUESTIONS - 1]);
        recipe(redis.single());
        assertThat(connect.calls).isLessThan(2L * USERS);
        assertThat(idleFull.microsEach()).isLessThan(10 * idleEmpty.microsEach());
        assertThat(millis[QUESTIONS / 2]).isLessThan(20);
    }

    private static void connectAll(List<PresenceNode> nodes) {
        for (int i = 0; i < USERS; i++) {
            nodes.get(i % NODES).connect("socket-id-of-20-c" + i, "user" + i, "room" + i % ROOMS);
        }
        await().atMost(LIMIT).until(() -> nodes.stream()
                .allMatch(node -> PresenceNode.join(node.directory.counts()).users() == USERS));
    }

    /** What is in use once the garbage is collected; all nodes are in this JVM. */
    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Milliseconds, in order. */
    private static double[] questions(PresenceNode node) {
        return IntStream.range(0, QUESTIONS)
                .mapToDouble(i -> {
                    long start = System.nanoTime();
                    assertThat(PresenceNode.join(node.directory.usersIn("room" + i % ROOMS)))
                            .hasSize(USERS / ROOMS);
                    return (System.nanoTime() - start) / 1e6;
                })
                .sorted()
                .toArray();
    }

    private static Cost renewals(RedisServer server) {
        long before = scripts(server, "calls");
        return cost(server, () -> await().atMost(LIMIT).until(() -> scripts(server, "calls") >= before + RENEWALS));
    }

    private void recipe(RedisServer server) {
        long memoryBefore = info(server, "memory", "used_memory:(\\d+)");
        RedissonClient redisson = Redisson.create(RedisUri.parse(server.uri()).config());
        redis.closing(redisson::shutdown);
        inBatches(redisson, (batch, i) -> {
            batch.getBucket("presence:user" + i, StringCodec.INSTANCE)
                    .setAsync("{\"node\":\"1\",\"at\":1760000000000}", Duration.ofSeconds(60));
            batch.getSet("presence:room" + i % ROOMS, StringCodec.INSTANCE).addAsync("user" + i);
        });
        long memory = info(server, "memory", "used_memory:(\\d+)") - memoryBefore;
        long start = System.nanoTime();
        inBatches(redisson, (batch, i) -> batch.getBucket("presence:user" + i, StringCodec.INSTANCE)
                .expireAsync(Duration.ofSeconds(60)));
        long millis = (System.nanoTime() - start) / 1_000_000;
        server.call("EVAL", "return #redis.call('KEYS', 'presence:user*')", "0");

        log.info("recipe, memory: {} bytes a user", memory / USERS);
        log.info(
                "recipe, renewal every 30 s: {} commands, {} us in redis, {} ms",
                info(server, "commandstats", "cmdstat_pexpire:calls=(\\d+)"),
                info(server, "commandstats", "cmdstat_pexpire:calls=\\d+,usec=(\\d+)"),
                millis);
        log.info("recipe, KEYS: {} us in redis", info(server, "commandstats", "cmdstat_keys:calls=\\d+,usec=(\\d+)"));
    }

    private static void inBatches(RedissonClient redisson, Command command) {
        for (int first = 0; first < USERS; first += 1_000) {
            RBatch batch = redisson.createBatch();
            IntStream.range(first, first + 1_000).forEach(i -> command.addTo(batch, i));
            batch.execute();
        }
    }

    private static Cost cost(RedisServer server, Runnable work) {
        long calls = scripts(server, "calls");
        long micros = scripts(server, "usec");
        long start = System.nanoTime();
        work.run();
        return new Cost(
                scripts(server, "calls") - calls,
                scripts(server, "usec") - micros,
                (System.nanoTime() - start) / 1_000_000);
    }

    private static long scripts(RedisServer server, String field) {
        // Redisson sends a script once and its digest from then on.
        return info(server, "commandstats", "cmdstat_eval:.*?\\b" + field + "=(\\d+)")
                + info(server, "commandstats", "cmdstat_evalsha:.*?\\b" + field + "=(\\d+)");
    }

    /** 0 if there is none. */
    private static long info(RedisServer server, String section, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(String.valueOf(server.call("INFO", section)));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private interface Command {
        void addTo(RBatch batch, int i);
    }

    private record Cost(long calls, long micros, long millis) {
        long microsEach() {
            return micros / calls;
        }
    }
}
