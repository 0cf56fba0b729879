package io.duet.bench;

/** Work that can be offered at a rate, or as fast as it is done. */
interface Workload {
    /** What one unit of work is. */
    String unit();

    /** How its clients connect. */
    default Load.Wire wire() {
        return Load.Wire.WEBSOCKET;
    }

    /** Connects the clients. */
    Run open(Load load);
}
