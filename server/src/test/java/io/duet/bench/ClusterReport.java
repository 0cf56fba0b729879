package io.duet.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Tables and charts of rounds of clusters. */
final class ClusterReport {
    private final List<Rounds<ClusterResult>> rows = new ArrayList<>();

    ClusterReport(List<ClusterResult> results) {
        for (ClusterResult result : results) {
            rows.stream()
                    .filter(row -> row.measurements().get(0).repeats(result))
                    .findFirst()
                    .ifPresentOrElse(
                            row -> row.measurements().add(result),
                            () -> rows.add(new Rounds<>(result.peer(), new ArrayList<>(List.of(result)))));
        }
    }

    String markdown() {
        Table table = new Table(
                "cluster",
                "nodes",
                "of a room",
                "rooms",
                "messages/s",
                "from Redis/s",
                "a message",
                "deliveries/s",
                "CPU us",
                "spread",
                "Redis us",
                "p50 ms",
                "p99 ms",
                "p99.9 ms",
                "lost",
                "repeated",
                "disordered");
        for (Rounds<ClusterResult> row : rows) {
            ClusterResult shape = row.measurements().get(0);
            table.row(
                    row.peer(),
                    Integer.toString(shape.nodes()),
                    Integer.toString(shape.spread()),
                    Integer.toString(shape.rooms()),
                    row.text(ClusterResult::sentPerSecond, 0),
                    row.text(ClusterResult::redisPerSecond, 0),
                    row.text(ClusterResult::redisPerMessage, 2),
                    row.text(ClusterResult::deliveriesPerSecond, 0),
                    row.text(ClusterResult::micros, 1),
                    row.spread(ClusterResult::micros, 1),
                    row.text(ClusterResult::redisMicros, 1),
                    row.text(ClusterResult::p50, 2),
                    row.text(ClusterResult::p99, 2),
                    row.text(ClusterResult::p999, 2),
                    sum(row, ClusterResult::lost),
                    sum(row, ClusterResult::repeated),
                    sum(row, ClusterResult::disordered));
        }
        return table.markdown();
    }

    /** Empty: nothing was measured with several numbers of nodes. */
    Optional<String> redisChart() {
        return chart("Messages a second from Redis to nodes", ClusterResult::redisPerSecond);
    }

    Optional<String> latencyChart() {
        return chart("p99 latency in ms", ClusterResult::p99);
    }

    /** A line for each server that was measured with several numbers of nodes. */
    private Optional<String> chart(String title, ToDoubleFunction<ClusterResult> figure) {
        Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
        for (Rounds<ClusterResult> row : rows) {
            ClusterResult shape = row.measurements().get(0);
            lines.computeIfAbsent(row.peer(), peer -> new ArrayList<>())
                    .add(new LineChart.Point(shape.nodes(), row.median(figure)));
        }
        lines.values().removeIf(points -> points.size() < 2);
        lines.values().forEach(points -> points.sort(Comparator.comparingDouble(LineChart.Point::x)));
        return lines.isEmpty() ? Optional.empty() : Optional.of(new LineChart(title, "nodes", lines).svg());
    }

    private static String sum(Rounds<ClusterResult> row, ToDoubleFunction<ClusterResult> figure) {
        return Long.toString(
                (long) row.measurements().stream().mapToDouble(figure).sum());
    }
}
