package io.duet.bench;

import io.duet.bench.BarChart.Bar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes what was measured into a page, between its markers, and a chart for each group of scenarios beside it. */
@Command(name = "report", mixinStandardHelpOptions = true)
public final class Report implements Callable<Integer> {
    static final String BEGIN = "<!-- measured: begin -->";
    static final String END = "<!-- measured: end -->";

    @Parameters(
            index = "0",
            description =
                    "lines of JSON, as compare writes them; of the same scenario and server the last rounds count")
    Path results = Path.of("");

    @Parameters(index = "1", description = "the Markdown page")
    Path page = Path.of("");

    private Report() {}

    /** Writes the page and the charts in the directory {@code images} beside it. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Report()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        Path images = Files.createDirectories(page.resolveSibling("images"));
        StringBuilder text = new StringBuilder();
        String machine = "";
        for (Map.Entry<String, Map<String, List<Result>>> group :
                groups(Result.readAll(results)).entrySet()) {
            String on = group.getValue().values().iterator().next().get(0).machine();
            if (!on.equals(machine)) {
                machine = on;
                text.append("\n").append(on).append(".\n");
            }
            if (group.getKey().equals(ClusterReport.GROUP)) {
                text.append(new ClusterReport(group.getValue()).writeTo(images));
                continue;
            }
            text.append(section(group.getKey(), group.getValue()));
            Files.writeString(images.resolve(image(group.getKey())), chart(group.getKey(), group.getValue()));
        }
        Files.writeString(page, between(Files.readString(page), text.toString()));
        return 0;
    }

    /** By what is before the slash of their names, then by the whole name, in the order in which they were measured first. */
    static Map<String, Map<String, List<Result>>> groups(List<Result> results) {
        Map<String, Map<String, List<Result>>> groups = new LinkedHashMap<>();
        for (Result result : lastRounds(results)) {
            groups.computeIfAbsent(group(result.scenario()), name -> new LinkedHashMap<>())
                    .computeIfAbsent(result.scenario(), name -> new ArrayList<>())
                    .add(result);
        }
        return groups;
    }

    /** The page with another text between the markers. */
    static String between(String page, String text) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("page: no " + BEGIN + " before " + END);
        }
        return page.substring(0, begin + BEGIN.length()) + "\n" + text + "\n" + page.substring(end);
    }

    /** A heading, the chart, and a table for each scenario. */
    static String section(String group, Map<String, List<Result>> scenarios) {
        StringBuilder text = new StringBuilder("\n### " + title(group) + "\n\n");
        text.append("![")
                .append(title(group))
                .append("](images/")
                .append(image(group))
                .append(")\n");
        scenarios.forEach((name, results) -> {
            text.append(name.equals(group) ? "" : "\n**" + variant(name) + "**\n");
            text.append("\n").append(new Results(results).markdown());
        });
        return text.toString();
    }

    /** One group of bars for each scenario. */
    static String chart(String group, Map<String, List<Result>> scenarios) {
        Map<String, Results> all = new LinkedHashMap<>();
        scenarios.forEach((name, results) -> all.put(name, new Results(results)));
        String notes = all.values().stream()
                .map(results -> results.unit() + ": "
                        + results.first().map(Report::direction).orElse("none"))
                .distinct()
                .collect(Collectors.joining("; "));
        BarChart chart = new BarChart(title(group), notes);
        all.forEach((name, results) -> results.first()
                .ifPresent(figure -> chart.group(
                        name.equals(group) ? "" : variant(name),
                        results.peers().stream()
                                .map(rounds -> bar(rounds, figure))
                                .toList())));
        return chart.svg();
    }

    private static String direction(Figure figure) {
        return figure.title() + (figure == Figure.HELD ? ", more is better" : ", less is better");
    }

    private static Bar bar(Rounds<Result> rounds, Figure figure) {
        double median = rounds.median(result -> result.figure(figure));
        return new Bar(
                rounds.peer(),
                median,
                rounds.least(result -> result.figure(figure)),
                rounds.greatest(result -> result.figure(figure)),
                figure.text(median));
    }

    /** Measured again, a server's earlier rounds are forgotten: its rounds are numbered from 1. */
    private static List<Result> lastRounds(List<Result> results) {
        Map<String, Map<Integer, Result>> last = new LinkedHashMap<>();
        for (Result result : results) {
            Map<Integer, Result> rounds =
                    last.computeIfAbsent(result.scenario() + "\n" + result.peer(), name -> new TreeMap<>());
            if (result.round() == 1) {
                rounds.clear();
            }
            rounds.put(result.round(), result);
        }
        return last.values().stream()
                .flatMap(rounds -> rounds.values().stream())
                .toList();
    }

    private static String group(String scenario) {
        int slash = scenario.indexOf('/');
        return slash < 0 ? scenario : scenario.substring(0, slash);
    }

    private static String variant(String scenario) {
        return scenario.substring(scenario.indexOf('/') + 1);
    }

    private static String title(String group) {
        return group.substring(0, 1).toUpperCase(Locale.ROOT) + group.substring(1);
    }

    private static String image(String group) {
        return "bench-" + group.replaceAll("[^A-Za-z0-9]+", "-").toLowerCase(Locale.ROOT) + ".svg";
    }
}
