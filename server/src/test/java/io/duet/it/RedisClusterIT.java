package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.redis.ClusterTopology;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.socketio.RemoteSocket;
import io.duet.socketio.Server;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** A Duet server and two of Node, which may be connected anywhere, on a Redis Cluster. */
final class RedisClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void duetAndNodeServersBehaveAsOne() throws Exception {
        ClusterTopology cluster = redis.cluster();
        Server duet = duet(cluster);
        EngineClient here = client(duet.port());
        EngineClient there = client(node(cluster));
        EngineClient farther = client(node(cluster));

        await().atMost(LIMIT).until(() -> get(duet.sockets().adapter().serverCount()) == 3);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(get(duet.fetchSockets()))
                .hasSize(3)
                .flatExtracting(RemoteSocket::rooms)
                .filteredOn("tea"::equals)
                .hasSize(3));
        for (EngineClient sender : List.of(here, there, farther)) {
            sender.emit("bcast", "{\"room\":\"tea\"}");
            for (EngineClient receiver : List.of(here, there, farther)) {
                assertThat(receiver.receive()).isEqualTo("42[\"msg\",{\"room\":\"tea\"}]");
            }
        }
    }

    @Test
    void atAReplicaThatHasGoneNobodyIsCounted() {
        ClusterTopology cluster = redis.cluster();
        RedisServer replica = redis.closing(cluster.addReplica());
        Server duet = duet(cluster);
        await().atMost(LIMIT).until(() -> get(duet.sockets().adapter().serverCount()) == 1);
        await().atMost(LIMIT)
                .until(() -> String.valueOf(replica.call("CLIENT", "LIST")).contains("lib-name=redisson")
                        || String.valueOf(replica.call("INFO", "commandstats")).contains("cmdstat_pubsub"));

        replica.kill();

        assertThat(get(duet.sockets().adapter().serverCount())).isEqualTo(1);
    }

    private Server duet(ClusterTopology cluster) {
        Config config = new Config();
        config.useClusterServers()
                .addNodeAddress(cluster.masters().stream().map(RedisServer::uri).toArray(String[]::new));
        RedissonClient redisson = Redisson.create(config);
        redis.closing(redisson::shutdown);
        Server server = Server.builder()
                .host("127.0.0.1")
                .adapter(RedisAdapter.classic(redisson))
                .build();
        server.onConnection(socket -> {
            socket.on("join", (arguments, ack) -> socket.join(arguments.json(0).asText())
                    .thenRun(() -> ack.send("ok")));
            socket.on("bcast", (arguments, ack) -> server.to("tea").emit("msg", arguments.json(0)));
        });
        redis.closing(() -> get(server.close()));
        return server.start();
    }

    private int node(ClusterTopology cluster) throws Exception {
        String addresses = cluster.masters().stream()
                .map(master -> "127.0.0.1:" + master.port())
                .collect(Collectors.joining(","));
        NodeScript server =
                redis.closing(NodeScript.kit("bench-server.mjs", "--redis", "redis+cluster://" + addresses));
        return Integer.parseInt(server.awaitLine("ready ", LIMIT).substring("ready ".length()));
    }

    /** Somebody in the room {@code tea}. */
    private EngineClient client(int port) throws Exception {
        EngineClient client = redis.closing(WebSocketClient.open(port));
        client.join();
        client.call("join", "\"tea\"");
        return client;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }
}
