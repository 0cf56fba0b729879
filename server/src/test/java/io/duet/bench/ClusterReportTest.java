package io.duet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterReportTest {
    private final ClusterReport report = new ClusterReport(Report.groups(List.of(
                    result(4, "duet", 30),
                    result(1, "duet", 20),
                    result(1, "node", 40),
                    new Result(name(4), "delivery", "m", "node", 1, Map.of(), "1 of 2 deliveries lost")))
            .get(ClusterReport.GROUP));

    @Test
    void tableHasARowForEachServerAndSize() {
        assertThat(report.markdown().lines().map(line -> line.replaceAll(" +", " ")))
                .containsSubsequence(
                        "| delivery | cluster | CPU us | spread | of node | from Redis/s | p99 ms |",
                        "| duet | 4 nodes, 20/s | 30.0 | 30.0-30.0 | - | 40 | 5.00 |",
                        "| duet | 1 nodes, 20/s | 20.0 | 20.0-20.0 | 0.50 | 10 | 5.00 |",
                        "| node | 1 nodes, 20/s | 40.0 | 40.0-40.0 | 1.00 | 10 | 5.00 |",
                        "`node`, 4 nodes, 20/s, failed: 1 of 2 deliveries lost");
    }

    @Test
    void lineIsOfWhatWasMeasuredWithSeveralNumbersOfNodes(@TempDir Path images) throws IOException {
        String section = report.writeTo(images);

        assertThat(section).contains("(images/bench-cluster-from-redis.svg)", "(images/bench-cluster-p99.svg)");
        String svg = Files.readString(images.resolve("bench-cluster-from-redis.svg"));
        // From the first number of nodes to the last, whichever was measured first: a quarter of the width and of the
        // greatest, and all of it.
        assertThat(svg).containsOnlyOnce("points=\"186.5,257.6 530.0,94.4\"").doesNotContain(">node,");
    }

    private static String name(int nodes) {
        return ClusterReport.GROUP + "/" + nodes + " nodes, 20/s";
    }

    private static Result result(int nodes, String peer, double micros) {
        Map<Figure, Double> figures = new LinkedHashMap<>();
        figures.put(Figure.CPU, micros);
        figures.put(Figure.NODES, (double) nodes);
        figures.put(Figure.FROM_REDIS, 10.0 * nodes);
        figures.put(Figure.P99, 5.0);
        return new Result(name(nodes), "delivery", "m", peer, 1, figures, null);
    }
}
