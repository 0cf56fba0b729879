package io.duet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;

/** Three masters that share the slots of a Redis Cluster, a third each; without replicas at first. */
public final class ClusterTopology implements AutoCloseable {
    private static final int MASTERS = 3;
    private static final int SLOTS_OF_EACH = 16_384 / MASTERS + 1;
    private static final int LAST_SLOT = 16_383;
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final List<RedisServer> masters = new ArrayList<>();

    private ClusterTopology() {}

    static ClusterTopology start() {
        ClusterTopology topology = new ClusterTopology();
        List<String> busPorts = new ArrayList<>();
        for (int i = 0; i < MASTERS; i++) {
            busPorts.add(Integer.toString(RedisServer.freePort()));
            topology.masters.add(master(busPorts.get(i)));
        }
        for (int i = 0; i < MASTERS; i++) {
            RedisServer master = topology.masters.get(i);
            int first = i * SLOTS_OF_EACH;
            int last = Math.min(first + SLOTS_OF_EACH - 1, LAST_SLOT);
            master.call("CLUSTER", "ADDSLOTSRANGE", Integer.toString(first), Integer.toString(last));
            String port = Integer.toString(topology.masters.get(0).port());
            master.call("CLUSTER", "MEET", "127.0.0.1", port, busPorts.get(0));
        }
        Awaitility.await("cluster").atMost(LIMIT).until(() -> topology.masters.stream()
                .allMatch(ClusterTopology::knowsAll));
        return topology;
    }

    private static RedisServer master(String busPort) {
        return RedisServer.start(
                "--cluster-enabled",
                "yes",
                "--cluster-config-file",
                // Not by the port: another cluster of the same run may have had it, and its slots.
                "nodes-" + UUID.randomUUID() + ".conf",
                "--cluster-port",
                busPort,
                "--cluster-node-timeout",
                "2000");
    }

    private static boolean knowsAll(RedisServer master) {
        return knows(master, MASTERS);
    }

    private static boolean knows(RedisServer server, int nodes) {
        String info = String.valueOf(server.call("CLUSTER", "INFO"));
        return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + nodes);
    }

    /** One of the first master, which all know when this returns; the caller closes it before this. */
    public RedisServer addReplica() {
        RedisServer master = masters.get(0);
        String busPort = Integer.toString(RedisServer.freePort());
        RedisServer replica = master(busPort);
        master.call("CLUSTER", "MEET", "127.0.0.1", Integer.toString(replica.port()), busPort);
        Awaitility.await("replica").atMost(LIMIT).until(() -> knows(replica, MASTERS + 1));
        replica.call("CLUSTER", "REPLICATE", String.valueOf(master.call("CLUSTER", "MYID")));
        Awaitility.await("replica").atMost(LIMIT).until(() -> masters.stream()
                .allMatch(
                        known -> String.valueOf(known.call("CLUSTER", "NODES")).contains(" slave ")));
        return replica;
    }

    public List<RedisServer> masters() {
        return masters;
    }

    /** Who has the slot of a key. */
    public RedisServer masterOf(String key) {
        long slot = (Long) masters.get(0).call("CLUSTER", "KEYSLOT", key);
        return masters.get((int) (slot / SLOTS_OF_EACH));
    }

    /** Gives the slot of a key, which must be empty, to another master; all masters know when this returns. */
    public void moveSlot(String key, RedisServer target) {
        String slot = String.valueOf(masters.get(0).call("CLUSTER", "KEYSLOT", key));
        String id = String.valueOf(target.call("CLUSTER", "MYID"));
        target.call("CLUSTER", "SETSLOT", slot, "NODE", id);
        masters.forEach(master -> master.call("CLUSTER", "SETSLOT", slot, "NODE", id));
    }

    @Override
    public void close() {
        masters.forEach(RedisServer::close);
    }
}
