package io.duet.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The queries of the shipped Grafana dashboard and Prometheus alerts, held against what a node tells at {@code /metrics}. */
final class Dashboard {
    private static final Path DASHBOARD = Path.of("deploy/grafana/dashboards/duet.json");
    private static final Path ALERTS = Path.of("deploy/prometheus/alerts.yml");

    private static final Pattern ALERT = Pattern.compile("alert: (\\S+)\\s+expr: (.*)");
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:duet|jvm|process|system)_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");

    /** What Prometheus itself adds to each sample. */
    private static final Set<String> ADDED = Set.of("instance", "job");

    private final Map<String, String> queries = new TreeMap<>();

    private Dashboard() {}

    static Dashboard read() throws IOException {
        Dashboard dashboard = new Dashboard();
        for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                dashboard.queries.put(
                        panel.path("title").asText() + " "
                                + target.path("refId").asText(),
                        target.path("expr").asText());
            }
        }
        Matcher alert = ALERT.matcher(Files.readString(ALERTS));
        while (alert.find()) {
            dashboard.queries.put(alert.group(1), alert.group(2));
        }
        return dashboard;
    }

    int size() {
        return queries.size();
    }

    /** The queries that would show nothing, and why. */
    List<String> empty(String metrics) {
        List<Sample> samples = metrics.lines()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .map(line -> new Sample(line.group(1), labels(line.group(2)), Double.parseDouble(line.group(3))))
                .toList();
        List<String> empty = new ArrayList<>();
        queries.forEach((name, query) -> {
            Matcher selector = SELECTOR.matcher(query);
            int selectors = 0;
            while (selector.find()) {
                selectors++;
                if (samples.stream().noneMatch(sample -> sample.shows(query, selector))) {
                    empty.add(name + ": " + selector.group() + " in " + query);
                }
            }
            if (selectors == 0 && !query.startsWith("up{")) {
                empty.add(name + ": asks for nothing: " + query);
            }
        });
        return empty;
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text == null ? "" : text);
        while (label.find()) {
            labels.put(label.group(1), label.group(2));
        }
        return labels;
    }

    private record Sample(String name, Map<String, String> labels, double value) {
        boolean shows(String query, Matcher selector) {
            // Of nothing that was measured there is no quantile.
            boolean counted = !name.endsWith("_bucket") || value > 0;
            return name.equals(selector.group(1))
                    && counted
                    && labels.entrySet()
                            .containsAll(Dashboard.labels(selector.group(2)).entrySet())
                    && labels.keySet().containsAll(groups(query));
        }

        private static Set<String> groups(String query) {
            Set<String> groups = new TreeSet<>();
            Matcher grouping = GROUPING.matcher(query);
            while (grouping.find()) {
                groups.addAll(List.of(grouping.group(1).split(", ?")));
            }
            groups.removeAll(ADDED);
            return groups;
        }
    }
}
