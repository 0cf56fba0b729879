package io.duet.app;

import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what nodes do, from what they tell at their health ports, anew at an interval. */
@Command(
        name = "top",
        description = "Watch nodes at work.",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 110,
        footer = {
            "",
            "useless %% is the part of the messages that came by the bus and concerned nobody at the node,",
            "bus ms what such a message takes. 'all' adds up the nodes; a room counts at each where it has members."
        })
final class TopCommand implements Callable<Integer> {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    /** To the upper left corner, and nothing below. */
    private static final String CLEAR = "\u001b[H\u001b[2J";

    private static final MetricsPage NOTHING = new MetricsPage(List.of());

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "<url>", description = "health ports of nodes, as http://localhost:4000")
    private List<URI> nodes = List.of();

    @Option(names = "--once", description = "show one interval and end: with 1 if a node did not answer")
    private boolean once;

    @Option(
            names = "--interval",
            paramLabel = "<time>",
            defaultValue = "1s",
            description = "between two looks; default 1s")
    private Duration interval = Duration.ZERO;

    /** picocli sets what it needs. */
    @SuppressWarnings("NullAway.Init")
    TopCommand() {}

    /** What the nodes said, in their order; empty for those that did not. */
    private record Look(List<Optional<MetricsPage>> pages, long nanos) {}

    @Override
    public Integer call() {
        nodes.forEach(this::check);
        // Here and not in a field: every command is made, whichever is called, and this one is dear.
        HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
        Executor afterInterval = CompletableFuture.delayedExecutor(interval.toMillis(), TimeUnit.MILLISECONDS);
        Look before = look(http);
        while (true) {
            Look now = CompletableFuture.supplyAsync(() -> look(http), afterInterval)
                    .join();
            show(before, now);
            if (once) {
                return now.pages.stream().allMatch(Optional::isPresent) ? 0 : 1;
            }
            before = now;
        }
    }

    private void check(URI node) {
        if (node.getHost() == null || !List.of("http", "https").contains(node.getScheme())) {
            throw new ParameterException(
                    spec.commandLine(), "url: " + node + " (expected: the health port of a node, as http://host:4000)");
        }
    }

    private Look look(HttpClient http) {
        List<CompletableFuture<Optional<MetricsPage>>> asked =
                nodes.stream().map(node -> ask(http, node)).toList();
        List<Optional<MetricsPage>> pages =
                asked.stream().map(CompletableFuture::join).toList();
        return new Look(pages, System.nanoTime());
    }

    private static CompletableFuture<Optional<MetricsPage>> ask(HttpClient http, URI node) {
        HttpRequest request = HttpRequest.newBuilder(node.resolve("/metrics"))
                .timeout(ANSWER_LIMIT)
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .thenApply(answer -> answer.statusCode() == 200
                        ? Optional.of(MetricsPage.parse(answer.body()))
                        : Optional.<MetricsPage>empty())
                .exceptionally(failure -> Optional.empty());
    }

    private void show(Look before, Look now) {
        double seconds = (now.nanos - before.nanos) / 1e9;
        List<List<String>> table = new ArrayList<>();
        table.add(row("node", "state", NodeFigures.COLUMNS.stream().map(NodeFigures.Column::title)));
        List<MetricsPage> allBefore = new ArrayList<>();
        List<MetricsPage> allNow = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            String name = nodes.get(i).getAuthority();
            Optional<MetricsPage> page = now.pages.get(i);
            if (page.isEmpty()) {
                table.add(row(name, "away", NodeFigures.COLUMNS.stream().map(column -> "")));
                continue;
            }
            // Without a first look there is no rate: the second stands for it.
            MetricsPage first = before.pages.get(i).orElse(page.get());
            allBefore.add(first);
            allNow.add(page.get());
            String state = page.get().sum("duet_ready") == 1 ? "ready" : "not ready";
            table.add(row(name, state, cells(new NodeFigures(first, page.get(), seconds))));
        }
        if (nodes.size() > 1) {
            table.add(row("all", "", cells(new NodeFigures(joined(allBefore), joined(allNow), seconds))));
        }
        print(table);
    }

    private static Stream<String> cells(NodeFigures figures) {
        return NodeFigures.COLUMNS.stream().map(column -> column.cell().apply(figures));
    }

    private static List<String> row(String name, String state, Stream<String> cells) {
        return Stream.concat(Stream.of(name, state), cells).toList();
    }

    private static MetricsPage joined(List<MetricsPage> pages) {
        return pages.stream()
                .reduce((one, other) -> new MetricsPage(Stream.concat(one.samples().stream(), other.samples().stream())
                        .toList()))
                .orElse(NOTHING);
    }

    private void print(List<List<String>> table) {
        StringBuilder text = new StringBuilder(once ? "" : CLEAR);
        for (List<String> row : table) {
            for (int column = 0; column < row.size(); column++) {
                int width = width(table, column);
                // Names to the left, figures to the right.
                String format = column < 2 ? "%-" + width + "s" : "%" + width + "s";
                text.append(column == 0 ? "" : "  ").append(String.format(format, row.get(column)));
            }
            text.append(System.lineSeparator());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private static int width(List<List<String>> table, int column) {
        return table.stream().mapToInt(row -> row.get(column).length()).max().orElse(1);
    }
}
