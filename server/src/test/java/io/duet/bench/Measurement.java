package io.duet.bench;

/**
 * One round of one server.
 *
 * @param userMicros CPU time of the server outside the kernel, a unit
 * @param systemMicros CPU time of the server in the kernel, a unit
 * @param unitsPerSecond how fast the work was done
 * @param latencies of the units
 */
record Measurement(double userMicros, double systemMicros, double unitsPerSecond, Latencies latencies) {
    static Measurement of(ProcessUsage usage, long units, double seconds, Latencies latencies) {
        return new Measurement(
                (double) usage.userMicros() / units, (double) usage.systemMicros() / units, units / seconds, latencies);
    }

    double micros() {
        return userMicros + systemMicros;
    }
}
