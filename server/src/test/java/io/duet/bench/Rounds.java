package io.duet.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The rounds of one server: the median of each figure, and how far it strayed. */
record Rounds<T>(String peer, List<T> measurements) {
    double median(ToDoubleFunction<T> figure) {
        double[] sorted = measurements.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    String text(ToDoubleFunction<T> figure, int decimals) {
        return number(median(figure), decimals);
    }

    /** Least to greatest. */
    String spread(ToDoubleFunction<T> figure, int decimals) {
        return number(least(figure), decimals) + "-" + number(greatest(figure), decimals);
    }

    double least(ToDoubleFunction<T> figure) {
        return measurements.stream().mapToDouble(figure).min().orElseThrow();
    }

    double greatest(ToDoubleFunction<T> figure) {
        return measurements.stream().mapToDouble(figure).max().orElseThrow();
    }

    /** How this compares with the first server of its kind in a list; a dash without one. */
    String ratio(List<Rounds<T>> all, String to, ToDoubleFunction<T> figure) {
        return all.stream()
                .filter(other -> other.peer().equals(to))
                .findFirst()
                .map(other -> number(median(figure) / other.median(figure), 2))
                .orElse("-");
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
