package io.duet.bench;

import io.duet.redis.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The nodes of a cluster and their Redis, each a process of its own. */
final class ClusterNodes implements AutoCloseable {
    private final RedisServer redis = RedisServer.start();
    private final List<PeerProcess> nodes = new ArrayList<>();
    private final boolean counting;

    private ClusterNodes(boolean counting) {
        this.counting = counting;
    }

    /** How nodes meet; what is not said is as each server has it. */
    enum Wire {
        CLASSIC("--adapter", "classic"),
        TARGETED("--adapter", "classic", "--subscription", "targeted"),
        PATTERN("--adapter", "classic", "--subscription", "pattern"),
        SHARDED("--adapter", "sharded"),
        SHARDED_STATIC("--adapter", "sharded", "--subscription-mode", "static"),
        STREAMS("--adapter", "streams");

        private final String[] arguments;

        Wire(String... arguments) {
            this.arguments = arguments;
        }

        static Wire of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /**
     * Starts all and waits until they serve.
     *
     * @param spec a peer's, with a slash and the wire or without, as {@code duet/sharded-static:-Xmx1g}
     */
    static ClusterNodes start(String spec, Peer.Files files, List<String> jvmFlags, int count) {
        int colon = spec.indexOf(':');
        String name = colon < 0 ? spec : spec.substring(0, colon);
        String flags = spec.substring(name.length());
        int slash = name.indexOf('/');
        Peer peer = Peer.of((slash < 0 ? name : name.substring(0, slash)) + flags, files, jvmFlags);
        ClusterNodes cluster = new ClusterNodes(name.startsWith("duet"));
        peer = peer.with("--redis", cluster.redis.uri());
        if (slash >= 0) {
            peer = peer.with(Wire.of(name.substring(slash + 1)).arguments);
        }
        try {
            for (int i = 0; i < count; i++) {
                cluster.nodes.add(PeerProcess.start(peer));
            }
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    List<PeerProcess> nodes() {
        return nodes;
    }

    RedisServer redis() {
        return redis;
    }

    /** Whether nodes answer {@code bus} with how many messages have come from Redis. */
    boolean counting() {
        return counting;
    }

    /** CPU time of all nodes so far. */
    long micros() {
        return nodes.stream().mapToLong(node -> node.usage().totalMicros()).sum();
    }

    @Override
    public void close() {
        nodes.forEach(PeerProcess::close);
        redis.close();
    }
}
