package io.duet.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** Connections that do nothing: what they take of the server's memory, garbage aside, at once and after a while. */
final class Idle implements Scenario {
    private final Options options;

    /** @param seconds until the second look */
    record Options(int clients, int warmUpClients, int seconds) {}

    Idle(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "connection";
    }

    @Override
    public Map<Figure, Double> run(PeerProcess server) {
        try (Load load = new Load(server.port())) {
            load.connect(options.warmUpClients());
            load.closeClients();
            PeerProcess.pause(1000);
            long base = server.settledBytes();
            load.connect(options.clients());
            PeerProcess.pause(1000);
            long peak = server.residentBytes();
            long settled = server.settledBytes();
            PeerProcess.pause(options.seconds() * 1000L);
            long later = server.settledBytes();
            load.check();
            Map<Figure, Double> figures = new LinkedHashMap<>();
            figures.put(Figure.BYTES, perClient(settled - base));
            figures.put(Figure.BYTES_LATER, perClient(later - base));
            figures.put(Figure.BYTES_UNCOLLECTED, perClient(peak - base));
            figures.put(Figure.RESIDENT_FIRST, base / 1e6);
            figures.put(Figure.RESIDENT_WITH_ALL, peak / 1e6);
            return figures;
        }
    }

    private double perClient(long bytes) {
        return (double) bytes / options.clients();
    }
}
