package io.duet.bench;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Many rooms on several nodes: what the nodes and Redis spend on it, and what Redis delivers. */
final class ClusterRun {
    private static final byte[] BUS = Message.bytes("420[\"bus\"]");
    private static final int IDLE_SECONDS = 5;
    private static final int BUS_ANSWER = "430[".length();

    private final Options options;

    /** @param rooms a node */
    record Options(int rooms, int spread, int perSecond, int bytes, WarmUp warmUp, int seconds) {}

    ClusterRun(Options options) {
        this.options = options;
    }

    /** Of which clusters are compared with each other. */
    String scenario(int nodes) {
        return String.format(
                "%s/%d %s, %d rooms on %d, %d/s",
                ClusterReport.GROUP,
                nodes,
                nodes == 1 ? "node" : "nodes",
                options.rooms() * nodes,
                Math.min(options.spread(), nodes),
                options.perSecond());
    }

    /**
     * Does the work with freshly started nodes, first to warm them up, then to measure them.
     *
     * @throws IllegalStateException if a delivery was lost, came twice or out of order
     */
    Map<Figure, Double> run(ClusterNodes cluster) {
        List<PeerProcess> nodes = cluster.nodes();
        Rooms.Shape shape = new Rooms.Shape(options.rooms() * nodes.size(), options.spread(), options.bytes());
        try (Load load = new Load(nodes.get(0).port())) {
            Rooms rooms = new Rooms(load, shape);
            rooms.gather(nodes);
            List<BenchClient> observers = cluster.counting()
                    ? nodes.stream()
                            .map(node -> load.connect(node.port(), 1).get(0))
                            .toList()
                    : List.of();
            RedisUsage idle = idle(cluster);
            // What asks is to be warm then, too.
            received(load, observers);
            options.warmUp().with((rate, seconds) -> rooms.sendFor(seconds, (int) rate), options.perSecond());

            long counted = received(load, observers);
            long micros = cluster.micros();
            RedisUsage before = RedisUsage.of(cluster.redis());
            Rooms.Outcome outcome = rooms.sendFor(options.seconds(), options.perSecond());
            RedisUsage redis = RedisUsage.of(cluster.redis()).minus(before);
            micros = cluster.micros() - micros;
            counted = received(load, observers) - counted;
            load.check();
            outcome.check();

            double seconds = outcome.seconds();
            double fromRedis = redis.minus(idle.times(seconds / IDLE_SECONDS)).deliveries(cluster.redis());
            Map<Figure, Double> figures = new LinkedHashMap<>();
            figures.put(Figure.CPU, (double) micros / outcome.deliveries());
            figures.put(Figure.REDIS, (double) redis.cpuMicros() / outcome.deliveries());
            figures.put(Figure.NODES, (double) nodes.size());
            figures.put(Figure.SENT, outcome.messages() / seconds);
            figures.put(Figure.FROM_REDIS, fromRedis / seconds);
            figures.put(Figure.COPIES, fromRedis / outcome.messages());
            figures.put(Figure.COUNTED, counted / seconds);
            figures.put(Figure.PER_SECOND, outcome.deliveries() / seconds);
            figures.put(Figure.P50, outcome.latencies().millis(0.5));
            figures.put(Figure.P99, outcome.latencies().millis(0.99));
            figures.put(Figure.P999, outcome.latencies().millis(0.999));
            return figures;
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
