package io.duet.bench;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What is measured, and how it is written. */
enum Figure {
    CPU("CPU us", 1),
    USER("user", 1),
    SYSTEM("system", 1),
    HELD("held per s", 0),
    PER_SECOND("per s", 0),
    PER_READ("per read", 2),
    NODES("nodes", 0),
    SENT("messages/s", 0),
    FROM_REDIS("from Redis/s", 0),
    COPIES("a message", 2),
    COUNTED("nodes count", 0),
    REDIS("Redis us", 1),
    P50("p50 ms", 2),
    P99("p99 ms", 2),
    P999("p99.9 ms", 2),
    RESIDENT("resident MB", 0),
    GENERATOR("generator %", 0),
    CONNECTED("all in, s", 2),
    BYTES("bytes", 0),
    BYTES_LATER("later", 0),
    BYTES_UNCOLLECTED("uncollected", 0),
    RESIDENT_FIRST("process MB at first", 0),
    RESIDENT_WITH_ALL("with all", 0);

    private final String title;
    private final int decimals;

    Figure(String title, int decimals) {
        this.title = title;
        this.decimals = decimals;
    }

    String title() {
        return title;
    }

    int decimals() {
        return decimals;
    }

    String text(double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** All of them on one line. */
    static String text(Map<Figure, Double> figures) {
        return figures.entrySet().stream()
                .map(each -> each.getKey().title() + " " + each.getKey().text(each.getValue()))
                .collect(Collectors.joining(", "));
    }
}
