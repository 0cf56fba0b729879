package io.duet.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The same work all the time. */
final class Steady implements Scenario {
    private final Workload work;
    private final Options options;

    /**
     * @param perSecond pieces of work offered; 0: the next when the last is done
     * @param first the figure that counts
     */
    record Options(double perSecond, WarmUp warmUp, int seconds, Figure first) {}

    Steady(Workload work, Options options) {
        this.work = work;
        this.options = options;
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
            Run run = work.open(load);
            run.warmUp(options.warmUp(), options.perSecond());
            ProcessUsage before = server.usage();
            long started = System.nanoTime();
            run.offer(options.perSecond(), options.seconds());
            run.drain();
            double seconds = (System.nanoTime() - started) / 1e9;
            ProcessUsage used = server.usage().minus(before);
            Map<Figure, Double> all =
                    Measurement.of(used, run.reads(), seconds, run.latencies()).figures();
            all.put(Figure.RESIDENT, server.residentBytes() / 1e6);
            Map<Figure, Double> figures = new LinkedHashMap<>();
            figures.put(options.first(), all.remove(options.first()));
            figures.putAll(all);
            return figures;
        }
    }
}
