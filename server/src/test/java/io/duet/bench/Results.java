package io.duet.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The rounds of all servers in one scenario. */
final class Results {
    private static final String REFERENCE = "node";

    private final String unit;
    private final List<Figure> figures;
    private final List<Rounds<Result>> peers;
    private final Map<String, String> failures = new TreeMap<>();

    /** @param results of one scenario, at least one */
    Results(List<Result> results) {
        unit = results.get(0).unit();
        figures = results.stream()
                .filter(result -> result.failure() == null)
                .findFirst()
                .map(result -> List.copyOf(result.figures().keySet()))
                .orElse(List.of());
        Map<String, Rounds<Result>> byPeer = new LinkedHashMap<>();
        for (Result result : results) {
            if (result.failure() == null) {
                byPeer.computeIfAbsent(result.peer(), peer -> new Rounds<>(peer, new ArrayList<>()))
                        .measurements()
                        .add(result);
            } else {
                failures.putIfAbsent(result.peer(), result.failure());
            }
        }
        // A server that fails in one round has no figure to be proud of.
        byPeer.keySet().removeAll(failures.keySet());
        peers = List.copyOf(byPeer.values());
    }

    String unit() {
        return unit;
    }

    /** Which server failed, and why. */
    Map<String, String> failures() {
        return failures;
    }

    /** Of those that did not fail. */
    List<Rounds<Result>> peers() {
        return peers;
    }

    /** The one that counts; none if all servers failed. */
    Optional<Figure> first() {
        return figures.stream().findFirst();
    }

    /** A table and a line for each server that failed. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        first().ifPresent(first -> text.append(table(first)));
        failures.forEach((peer, failure) -> text.append(text.isEmpty() ? "" : "\n")
                .append("`")
                .append(peer)
                .append("` failed: ")
                .append(failure)
                .append("\n"));
        return text.toString();
    }

    private String table(Figure first) {
        List<String> header = new ArrayList<>(List.of(unit, first.title(), "spread", "of " + REFERENCE));
        List<Figure> others = figures.subList(1, figures.size());
        others.forEach(figure -> header.add(figure.title()));
        Table table = new Table(header.toArray(String[]::new));
        for (Rounds<Result> rounds : peers) {
            List<String> row = new ArrayList<>(List.of(
                    rounds.peer(),
                    first.text(rounds.median(result -> result.figure(first))),
                    rounds.spread(result -> result.figure(first), first.decimals()),
                    rounds.ratio(peers, REFERENCE, result -> result.figure(first))));
            others.forEach(figure -> row.add(figure.text(rounds.median(result -> result.figure(figure)))));
            table.row(row.toArray(String[]::new));
        }
        return table.markdown();
    }
}
