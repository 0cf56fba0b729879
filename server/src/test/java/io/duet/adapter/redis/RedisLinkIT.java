package io.duet.adapter.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
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

    @AfterEach
    void end() {
        loop.close();
    }

    /** Both have something to read, and the new one had it first: all that it has is read first. */
    @Test
    void whatWasPublishedAtTheOldServerComesFirst() throws Exception {
        RedisServer oldServer = redis.single();
        RedisServer newServer = redis.single();
        RedisLink oldLink = open(oldServer, null);
        RedisLink newLink = open(newServer, oldLink);
        CountDownLatch published = new CountDownLatch(1);
        loop.executor().execute(() -> awaitUninterrupted(published));

        newServer.call("PUBLISH", "room", "a");
        oldServer.call("PUBLISH", "room", "b");
        newServer.call("PUBLISH", "room", "c");
        published.countDown();

        await().atMost(LIMIT).until(() -> heard.size() == 3);
        assertThat(heard).containsSubsequence("b", "c");
        List.of(oldLink, newLink).forEach(link -> link.close("over"));
    }

    @Test
    void whatIsHeldComesWhenTheOldServerHasGone() throws Exception {
        RedisServer oldServer = redis.single();
        RedisServer newServer = redis.single();
        RedisLink oldLink = open(oldServer, null);
        RedisLink newLink = open(newServer, oldLink);
        oldServer.kill();
        await().atMost(LIMIT).until(oldLink.closed()::isDone);

        newServer.call("PUBLISH", "room", "a");

        await().atMost(LIMIT).until(() -> heard.equals(List.of("a")));
        newLink.close("over");
    }

    private RedisLink open(RedisServer server, @Nullable RedisLink before) {
        RedisServers servers = RedisServers.at(RedisUri.parse(server.uri()));
        redis.closing(servers::close);
        RedisLink link = RedisLink.open(servers.master(), loop, "probe", before, this::hear)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        link.subscribe(PubSubType.SUBSCRIBE, List.of("room"))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        return link;
    }

    private void hear(String topic, String channel, byte[] payload) {
        heard.add(new String(payload, UTF_8));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
