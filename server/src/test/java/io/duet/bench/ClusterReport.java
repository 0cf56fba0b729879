package io.duet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What clusters of several sizes came to: one table, and lines over the number of nodes. */
final class ClusterReport {
    /** What the names of these scenarios have before a slash. */
    static final String GROUP = "cluster";

    private static final String REFERENCE = "node";
    private static final List<Figure> CHARTS = List.of(Figure.FROM_REDIS, Figure.P99);

    private final Map<String, Results> scenarios = new LinkedHashMap<>();

    /** @param scenarios results by full name, in the order of the rows */
    ClusterReport(Map<String, List<Result>> scenarios) {
        scenarios.forEach(
                (name, results) -> this.scenarios.put(name.substring(GROUP.length() + 1), new Results(results)));
    }

    /** Writes the charts and returns a section that shows them. */
    String writeTo(Path images) throws IOException {
        StringBuilder section = new StringBuilder("\n### Cluster\n\n");
        for (Figure figure : CHARTS) {
            Map<String, List<LineChart.Point>> lines = lines(figure);
            if (!lines.isEmpty()) {
                String image = "bench-cluster-"
                        + figure.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
                Files.writeString(images.resolve(image), new LineChart(figure.title(), "nodes", lines).svg());
                section.append("![")
                        .append(figure.title())
                        .append("](images/")
                        .append(image)
                        .append(")\n");
            }
        }
        return section.append('\n').append(markdown()).toString();
    }

    /** A row for each server in each scenario, and a line for each that failed. */
    String markdown() {
        List<Figure> figures = scenarios.values().stream()
                .flatMap(results -> results.peers().stream())
                .findFirst()
                .map(rounds ->
                        List.copyOf(rounds.measurements().get(0).figures().keySet()))
                .orElse(List.of(Figure.CPU));
        Figure first = figures.get(0);
        List<String> header =
                new ArrayList<>(List.of("delivery", "cluster", first.title(), "spread", "of " + REFERENCE));
        List<Figure> others = figures.stream()
                .filter(figure -> figure != first && figure != Figure.NODES)
                .toList();
        others.forEach(figure -> header.add(figure.title()));
        Table table = new Table(header.toArray(String[]::new));
        StringBuilder failures = new StringBuilder();
        scenarios.forEach((name, results) -> {
            for (Rounds<Result> rounds : results.peers()) {
                List<String> row = new ArrayList<>(List.of(
                        rounds.peer(),
                        name,
                        first.text(rounds.median(result -> result.figure(first))),
                        rounds.spread(result -> result.figure(first), first.decimals()),
                        rounds.ratio(results.peers(), REFERENCE, result -> result.figure(first))));
                others.forEach(figure -> row.add(figure.text(rounds.median(result -> result.figure(figure)))));
                table.row(row.toArray(String[]::new));
            }
            results.failures().forEach((peer, failure) -> failures.append("\n`")
                    .append(peer)
                    .append("`, ")
                    .append(name)
                    .append(", failed: ")
                    .append(failure)
                    .append("\n"));
        });
        return table.markdown() + failures;
    }

    /** By server: those that were measured with several numbers of nodes at the same rate in a room. */
    private Map<String, List<LineChart.Point>> lines(Figure figure) {
        Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
        scenarios.forEach((name, results) -> {
            String rate = name.substring(name.lastIndexOf(' ') + 1);
            for (Rounds<Result> rounds : results.peers()) {
                lines.computeIfAbsent(rounds.peer() + ", " + rate, line -> new ArrayList<>())
                        .add(new LineChart.Point(
                                rounds.median(result -> result.figure(Figure.NODES)),
                                rounds.median(result -> result.figure(figure))));
            }
        });
        lines.values().removeIf(points -> points.size() < 2);
        lines.values().forEach(points -> points.sort(Comparator.comparingDouble(LineChart.Point::x)));
        return lines;
    }
}
