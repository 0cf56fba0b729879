package io.duet.app;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * One node, or several together, between two looks at them.
 *
 * @param before empty pages for the first look
 */
record NodeFigures(MetricsPage before, MetricsPage now, double seconds) {
    /** A column of the view. */
    record Column(String title, Function<NodeFigures, String> cell) {}

    static final List<Column> COLUMNS = List.of(
            count("sessions", "duet_sessions"),
            count("sockets", "duet_sockets"),
            count("rooms", "duet_rooms"),
            rate("in/s", "duet_events_received_total"),
            rate("out/s", "duet_events_sent_total"),
            new Column("queued kB", figures -> figure(figures.now.sum("duet_queued_bytes") / 1e3)),
            rate("bus out/s", "duet_bus_published_total"),
            rate("bus in/s", "duet_bus_received_total"),
            ratio("useless %", 100, NodeFigures::uselessMessages, NodeFigures::busMessages),
            count("bus queue", "duet_bus_queue_messages"),
            ratio(
                    "bus ms",
                    1e3,
                    figures -> figures.grown("duet_bus_latency_seconds_sum"),
                    figures -> figures.grown("duet_bus_latency_seconds_count")));

    private static Column count(String title, String name) {
        return new Column(title, figures -> figure(figures.now.sum(name)));
    }

    private static Column rate(String title, String name) {
        return new Column(title, figures -> figure(figures.grown(name) / figures.seconds));
    }

    /** Nothing if there was nothing to divide by. */
    private static Column ratio(
            String title, double unit, ToDoubleFunction<NodeFigures> part, ToDoubleFunction<NodeFigures> whole) {
        return new Column(title, figures -> {
            double all = whole.applyAsDouble(figures);
            return all > 0 ? figure(unit * part.applyAsDouble(figures) / all) : "-";
        });
    }

    private double uselessMessages() {
        return now.sum("duet_bus_discarded_total", "reason", "unaddressed")
                - before.sum("duet_bus_discarded_total", "reason", "unaddressed");
    }

    private double busMessages() {
        return grown("duet_bus_received_total");
    }

    /** By how much; a node that was started anew has begun at 0. */
    private double grown(String name) {
        return Math.max(0, now.sum(name) - before.sum(name));
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) || value >= 100 ? "%.0f" : "%.1f", value);
    }
}
