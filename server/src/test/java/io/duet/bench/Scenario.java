package io.duet.bench;

/** A kind of work. */
interface Scenario {
    /** What one unit of work is. */
    String unit();

    /** Does the work with a freshly started server, first to warm it up, then to measure it. */
    Measurement run(PeerProcess server);
}
