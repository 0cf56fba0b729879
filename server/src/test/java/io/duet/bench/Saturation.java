package io.duet.bench;

import io.duet.app.bench.Latencies;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Offers more and more until the server falls behind, each step with new clients, and tells of the highest rate that it held: nearly all done
 * as it was offered, soon, and in the end everything, in order.
 */
final class Saturation implements Scenario {
    private static final double NEARLY_ALL = 0.97;
    private static final double SOON_MILLIS = 250;
    private static final long IDLE_MICROS = 30_000;
    private static final int IDLE_WINDOW_MILLIS = 250;
    private static final int IDLE_WINDOWS = 80;

    private final Workload work;
    private final Options options;
    private final PrintStream out;

    /** @param perSecond pieces of work offered in the first step */
    record Options(double perSecond, WarmUp warmUp, int stepSeconds) {}

    Saturation(Workload work, Options options, PrintStream out) {
        this.work = work;
        this.options = options;
        this.out = out;
    }

    @Override
    public String unit() {
        return work.unit();
    }

    @Override
    public List<String> serverOptions() {
        return work.wire().serverOptions();
    }

    @Override
    public Map<Figure, Double> run(PeerProcess server) {
        try (Load load = new Load(server.port(), work.wire())) {
            work.open(load).warmUp(options.warmUp(), options.perSecond());
        }
        Climb climb = new Climb(options.perSecond());
        Map<Figure, Double> best = Map.of();
        while (!climb.isOver()) {
            awaitIdle(server);
            Map<Figure, Double> figures = step(server, climb.next());
            climb.tried(figures != null);
            best = figures == null ? best : figures;
        }
        if (best.isEmpty()) {
            throw new IllegalStateException("held no rate down to " + climb.next());
        }
        return best;
    }

    /** One rate; null if it is not held. */
    private @Nullable Map<Figure, Double> step(PeerProcess server, double perSecond) {
        try (Load load = new Load(server.port(), work.wire())) {
            Run run = work.open(load);
            ProcessUsage before = server.usage();
            long generatorBefore = load.cpuNanos();
            long started = System.nanoTime();
            Run.Offered offered = run.offer(perSecond, options.stepSeconds());
            double seconds = (System.nanoTime() - started) / 1e9;
            double generator = (load.cpuNanos() - generatorBefore) / 1e9 / seconds;
            double offeredPerSecond = offered.end().offered() / seconds;
            boolean offeredAll = offered.end().offers() >= NEARLY_ALL * perSecond * options.stepSeconds();
            if (!offeredAll || !keepsUp(offered.half(), offered.end())) {
                out.printf(
                        "%.0f/s: %s; ", offeredPerSecond, offeredAll ? "falls behind" : "the generator falls behind");
                return null;
            }
            run.drain();
            ProcessUsage used = server.usage().minus(before);
            Latencies latencies = run.latencies();
            if (latencies.millis(0.99) > SOON_MILLIS) {
                out.printf("%.0f/s: p99 %.0f ms; ", offeredPerSecond, latencies.millis(0.99));
                return null;
            }
            out.printf("%.0f/s held; ", offeredPerSecond);
            Map<Figure, Double> figures = new LinkedHashMap<>();
            figures.put(Figure.HELD, offeredPerSecond);
            figures.putAll(Measurement.of(used, run.reads(), seconds, latencies).figures());
            figures.remove(Figure.PER_SECOND);
            figures.put(Figure.RESIDENT, server.residentBytes() / 1e6);
            figures.put(Figure.GENERATOR, generator * 100);
            return figures;
        } catch (IllegalStateException e) {
            out.printf("%.1f offered a second: %s; ", perSecond, e.getMessage());
            return null;
        }
    }

    /** Nearly all is done, or at least what is under way is late but does not become more. */
    static boolean keepsUp(Run.Progress half, Run.Progress end) {
        return end.done() >= NEARLY_ALL * end.offered()
                || end.underWay() - half.underWay() <= (1 - NEARLY_ALL) * (end.offered() - half.offered());
    }

    /** What was too much for it is behind it. */
    private static void awaitIdle(PeerProcess server) {
        ProcessUsage last = server.usage();
        for (int i = 0; i < IDLE_WINDOWS; i++) {
            PeerProcess.pause(IDLE_WINDOW_MILLIS);
            ProcessUsage now = server.usage();
            if (now.minus(last).totalMicros() <= IDLE_MICROS) {
                return;
            }
            last = now;
        }
    }
}
