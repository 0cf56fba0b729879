package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.redis.RedisAdapter;
import io.duet.redis.ClusterTopology;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Recovery and histories where the stream, the sessions and what is beside the stream belong to the masters of a Redis Cluster. */
final class StreamClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Pattern CONNECT = Pattern.compile("0\\{\"sid\":\"([^\"]+)\",\"pid\":\"([^\"]+)\"}");

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @RegisterExtension
    final ServerExtension other = new ServerExtension();

    @Test
    void aClientGoesOnAtAnotherNodeAndFindsThePastOfARoom() throws InterruptedException {
        ClusterTopology cluster = redis.cluster();
        Server io = start(server, cluster);
        Server there = start(other, cluster);
        await().atMost(LIMIT).until(() -> get(io.sockets().adapter().serverCount()) == 2);
        RawSocketIoClient lost = server.client().send("0");
        Matcher connected = CONNECT.matcher(lost.read());
        assertThat(connected.matches()).isTrue();
        get(server.socket().join("news"));
        there.to("chat:1").emit("said");
        there.to("news").emit("missed");
        await().atMost(LIMIT).until(() -> get(io.in("chat:1").history(10)).size() == 1);
        await().atMost(LIMIT).until(() -> get(io.in("news").history(10)).size() == 1);

        RawSocketIoClient back = other.client().send("0{\"pid\":\"" + connected.group(2) + "\"}");

        assertThat(back.read()).startsWith("2[\"missed\",");
        assertThat(back.read()).contains(connected.group(1));
        get(other.socket().joinWithHistory("chat:1", 10));
        assertThat(back.read()).startsWith("2[\"said\",");
    }

    private Server start(ServerExtension node, ClusterTopology cluster) {
        Config config = new Config();
        config.useClusterServers()
                .addNodeAddress(cluster.masters().stream().map(RedisServer::uri).toArray(String[]::new));
        RedissonClient redisson = Redisson.create(config);
        redis.closing(redisson::shutdown);
        Server io = node.start(builder -> builder.adapter(RedisAdapter.streams(redisson))
                .connectionStateRecovery(RecoveryOptions.DEFAULT)
                .history("*", 100, Duration.ofMinutes(1)));
        node.watch(io.sockets());
        return io;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
