package io.duet.bench;

import io.duet.app.bench.Latencies;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One round of one server.
 *
 * @param userMicros CPU time of the server outside the kernel, a unit
 * @param systemMicros CPU time of the server in the kernel, a unit
 * @param unitsPerSecond how fast the work was done
 * @param unitsPerRead how many units came in one read: more than one if the server was late and wrote several at once, which is cheaper
 * @param latencies of the units
 */
record Measurement(
        double userMicros, double systemMicros, double unitsPerSecond, double unitsPerRead, Latencies latencies) {
    static Measurement of(ProcessUsage usage, long reads, double seconds, Latencies latencies) {
        long units = latencies.count();
        return new Measurement(
                (double) usage.userMicros() / units,
                (double) usage.systemMicros() / units,
                units / seconds,
                (double) units / reads,
                latencies);
    }

    double micros() {
        return userMicros + systemMicros;
    }

    Map<Figure, Double> figures() {
        Map<Figure, Double> figures = new LinkedHashMap<>();
        figures.put(Figure.CPU, micros());
        figures.put(Figure.USER, userMicros);
        figures.put(Figure.SYSTEM, systemMicros);
        figures.put(Figure.PER_SECOND, unitsPerSecond);
        figures.put(Figure.PER_READ, unitsPerRead);
        figures.put(Figure.P50, latencies.millis(0.5));
        figures.put(Figure.P99, latencies.millis(0.99));
        figures.put(Figure.P999, latencies.millis(0.999));
        return figures;
    }
}
