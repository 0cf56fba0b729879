package io.duet.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Many rooms on several nodes: what the nodes and Redis spend on it, and what Redis delivers. */
final class ClusterRun {
    private static final byte[] BUS = Message.bytes("420[\"bus\"]");
    private static final int IDLE_SECONDS = 5;
    private static final int BUS_ANSWER = "430[".length();

    private final Options options;

    /** @param rooms a node */
    record Options(int rooms, int spread, int perSecond, int bytes, int warmUpSeconds, int seconds) {}

    ClusterRun(Options options) {
        this.options = options;
    }

    /** Does the work with freshly started nodes, first to warm them up, then to measure them. */
    ClusterResult run(String peer, ClusterNodes cluster) {
        int nodes = cluster.nodes().size();
        int spread = Math.min(options.spread(), nodes);
        Rooms.Shape shape = new Rooms.Shape(options.rooms() * nodes, spread, options.perSecond(), options.bytes());
        try (Load load = new Load(cluster.nodes().get(0).port())) {
            Rooms rooms = new Rooms(load, shape);
            rooms.gather(cluster.nodes());
            List<BenchClient> observers = peer.startsWith("duet")
                    ? cluster.nodes().stream()
                            .map(node -> load.connect(node.port(), 1).get(0))
                            .toList()
                    : List.of();
            RedisUsage idle = idle(cluster);
            rooms.sendFor(options.warmUpSeconds());

            long counted = received(load, observers);
            long micros = cluster.micros();
            RedisUsage before = RedisUsage.of(cluster.redis());
            Rooms.Outcome outcome = rooms.sendFor(options.seconds());
            RedisUsage redis = RedisUsage.of(cluster.redis()).minus(before);
            micros = cluster.micros() - micros;
            counted = received(load, observers) - counted;
            load.check();

            double deliveries = outcome.deliveries();
            double seconds = outcome.seconds();
            return new ClusterResult(
                    peer,
                    nodes,
                    spread,
                    shape.rooms(),
                    options.perSecond(),
                    options.bytes(),
                    options.seconds(),
                    outcome.messages() / seconds,
                    deliveries / seconds,
                    redis.minus(idle.times(seconds / IDLE_SECONDS)).deliveries(cluster.redis()) / seconds,
                    counted / seconds,
                    micros / deliveries,
                    redis.cpuMicros() / deliveries,
                    outcome.latencies().millis(0.5),
                    outcome.latencies().millis(0.99),
                    outcome.latencies().millis(0.999),
                    outcome.lost(),
                    outcome.repeated(),
                    outcome.disordered());
        }
    }

    /** What Redis does for nodes that only tell each other that they are there. */
    private static RedisUsage idle(ClusterNodes cluster) {
        RedisUsage before = RedisUsage.of(cluster.redis());
        PeerProcess.pause(IDLE_SECONDS * 1000L);
        return RedisUsage.of(cluster.redis()).minus(before);
    }

    /** How many messages have come from Redis, as Duet's nodes count them. */
    private static long received(Load load, List<BenchClient> observers) {
        return observers.stream()
                .mapToLong(observer -> {
                    CompletableFuture<Long> answer = new CompletableFuture<>();
                    load.await(() -> {
                        observer.receiver((client, message, length) -> answer.complete(Long.valueOf(
                                new String(message, BUS_ANSWER, length - BUS_ANSWER - 1, StandardCharsets.US_ASCII))));
                        observer.send(BUS);
                        return true;
                    });
                    return Load.await(answer);
                })
                .sum();
    }
}
