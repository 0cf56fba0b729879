package io.duet.adapter.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.client.protocol.pubsub.PubSubType;

/** Links to two servers at a time, as while a node moves from one to the other. */
final class RedisLinkIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private final RedisLoop loop = RedisLoop.own();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private RedisServer oldServer;
    private RedisServer newServer;
    private RedisLink oldLink;

    @BeforeEach
    void open() {
        redis.closing(loop::close);
        oldServer = redis.single();
        newServer = redis.single();
        oldLink = open(oldServer, null);
        open(newServer, oldLink);
    }

    /** Both have something to read, and the new one had it first: all that it has is read first. */
    @Test
    void whatWasPublishedAtTheOldServerComesFirst() throws Exception {
        CountDownLatch published = new CountDownLatch(1);
        Future<?> busy = loop.executor().submit(() -> {
            published.await();
            return null;
        });

        newServer.call("PUBLISH", "room", "a");
        oldServer.call("PUBLISH", "room", "b");
        newServer.call("PUBLISH", "room", "c");
        published.countDown();

        await().atMost(LIMIT).until(() -> heard.size() == 3);
        assertThat(heard).containsSubsequence("b", "c");
        assertThat(busy).isDone();
    }

    @Test
    void whatIsHeldComesWhenTheOldServerHasGone() throws Exception {
        oldServer.kill();
        await().atMost(LIMIT).until(oldLink.closed()::isDone);

        newServer.call("PUBLISH", "room", "a");

        await().atMost(LIMIT).until(() -> heard.equals(List.of("a")));
    }

    /** As when clients leave while a node moves. */
    @Test
    void whoLeavesOneChannelDoesNotHoldUpTheOthers() {
        List<String> rooms = IntStream.range(0, 1000).mapToObj(i -> "room" + i).toList();

        CompletableFuture<Void> subscribed = oldLink.subscribe(PubSubType.SUBSCRIBE, rooms);
        CompletableFuture<Void> left = oldLink.unsubscribe(PubSubType.UNSUBSCRIBE, "room500");

        await().atMost(LIMIT).until(() -> subscribed.isDone() && left.isDone());
        assertThat(oldServer.call("PUBSUB", "NUMSUB", "room499", "room500"))
                .isEqualTo(List.of("room499", 1L, "room500", 0L));
    }

    private RedisLink open(RedisServer server, @Nullable RedisLink before) {
        RedisServers servers = RedisServers.at(RedisUri.parse(server.uri()));
        redis.closing(servers::close);
        RedisLink link = RedisLink.open(servers.master(), loop, "probe", before, this::hear)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        redis.closing(() -> link.close("over"));
        link.subscribe(PubSubType.SUBSCRIBE, List.of("room"))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        return link;
    }

    private void hear(String topic, String channel, byte[] payload) {
        heard.add(new String(payload, UTF_8));
    }
}
