package io.duet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** Three masters of a Redis Cluster. */
public final class RedisCluster implements AutoCloseable {
    private static final int SLOTS = 16_384;
    private static final int MASTERS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<RedisServer> masters = new ArrayList<>();

    private RedisCluster() {}

    public static RedisCluster start() {
        RedisCluster cluster = new RedisCluster();
        List<String> buses = new ArrayList<>();
        for (int i = 0; i < MASTERS; i++) {
            String bus = Integer.toString(RedisServer.freePort());
            buses.add(bus);
            cluster.masters.add(RedisServer.start(
                    "--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    bus,
                    "--cluster-config-file",
                    "nodes-" + bus + ".conf"));
        }
        RedisServer first = cluster.masters.get(0);
        for (int i = 0; i < MASTERS; i++) {
            List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTSRANGE"));
            words.add(Integer.toString(SLOTS * i / MASTERS));
            words.add(Integer.toString(SLOTS * (i + 1) / MASTERS - 1));
            cluster.masters.get(i).call(words.toArray(String[]::new));
            if (i > 0) {
                first.call(
                        "CLUSTER",
                        "MEET",
                        "127.0.0.1",
                        Integer.toString(cluster.masters.get(i).port()),
                        buses.get(i));
            }
        }
        Awaitility.await("cluster").atMost(LIMIT).until(() -> cluster.masters.stream()
                .allMatch(
                        master -> String.valueOf(master.call("CLUSTER", "INFO")).contains("cluster_state:ok")));
        return cluster;
    }

    public List<String> addresses() {
        return masters.stream().map(RedisServer::uri).toList();
    }

    @Override
    public void close() {
        masters.forEach(RedisServer::close);
    }
}
