package io.duet.bench;

import io.duet.app.bench.Latencies;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Clients that connect and leave again at a fixed rate, for what one of them costs; then many at once, for how long it takes until all are
 * in.
 */
final class Connects implements Scenario, Workload {
    private static final int AT_ONCE = 256;

    /** At a rate. Of a server that falls behind there would only be more, until no file can be opened. */
    private static final int MOST_UNDER_WAY = 4000;

    private final Options options;

    /** @param storm how many clients connect at once, {@value #AT_ONCE} of them under way at a time, which fits every queue of connections */
    record Options(int storm, double perSecond, WarmUp warmUp, int seconds) {}

    Connects(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "connection";
    }

    /** Those that connect and leave again. */
    @Override
    public Run open(Load load) {
        return new Visits(load);
    }

    @Override
    public Map<Figure, Double> run(PeerProcess server) {
        try (Load load = new Load(server.port())) {
            Run visits = open(load);
            visits.warmUp(options.warmUp(), options.perSecond());
            ProcessUsage before = server.usage();
            visits.offer(options.perSecond(), options.seconds());
            visits.drain();
            Latencies latencies = visits.latencies();
            ProcessUsage used = server.usage().minus(before);
            long started = System.nanoTime();
            load.connect(server.port(), options.storm(), AT_ONCE);
            double seconds = (System.nanoTime() - started) / 1e9;
            load.check();
            Map<Figure, Double> figures = new LinkedHashMap<>(
                    Measurement.of(used, latencies.count(), 1, latencies).figures());
            figures.remove(Figure.PER_READ);
            figures.put(Figure.PER_SECOND, options.storm() / seconds);
            figures.put(Figure.CONNECTED, seconds);
            figures.put(Figure.RESIDENT, server.residentBytes() / 1e6);
            return figures;
        }
    }

    private static final class Visits extends Run {
        private int underWay;

        Visits(Load load) {
            super(load);
        }

        @Override
        int offerNext() {
            if (underWay == MOST_UNDER_WAY) {
                throw new IllegalStateException(underWay + " connections are under way");
            }
            underWay++;
            long now = Message.now();
            load.open().connected().whenComplete((client, failure) -> {
                underWay--;
                if (failure != null) {
                    load.fail(failure);
                } else {
                    done(now);
                    client.close();
                }
            });
            return 1;
        }
    }
}
