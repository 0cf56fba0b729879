package io.duet.bench;

import java.util.List;
import java.util.Map;

/** What is measured of a server. */
interface Scenario {
    /** What one unit of work is. */
    String unit();

    /** Does the work with a freshly started server, first to warm it up, then to measure it; the first figure is the one that counts. */
    Map<Figure, Double> run(PeerProcess server);

    /** With which options the server is started. */
    default List<String> serverOptions() {
        return List.of();
    }
}
