package io.duet.app.bench;

import java.time.Duration;

/**
 * What to do to a server.
 *
 * @param connections how many, spread evenly over the rooms
 * @param rate messages a second, of one client in each room in turn
 * @param duration for how long
 * @param size characters of a message
 * @param namespace where the server serves the test
 * @param auth JSON for the server's middlewares, may be empty
 */
record BenchLoad(
        Transport.Name transport,
        int connections,
        int rooms,
        int rate,
        Duration duration,
        int size,
        String namespace,
        String auth) {
    private static final Duration MAX_DURATION = Duration.ofHours(24);

    BenchLoad {
        atLeast("connections", connections, 1);
        atLeast("rooms", rooms, 1);
        atLeast("rate", rate, 1);
        atLeast("size", size, 0);
        if (rooms > connections) {
            throw new IllegalArgumentException("rooms: " + rooms + " (expected: no more than connections)");
        }
        if (duration.isZero() || duration.isNegative() || duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException("duration: " + duration + " (expected: more than 0, at most 24h)");
        }
        if (!namespace.startsWith("/")) {
            throw new IllegalArgumentException("namespace: " + namespace + " (expected: /...)");
        }
    }

    /** How many clients are in a room. */
    int membersOf(int room) {
        return (connections - room - 1) / rooms + 1;
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
        }
    }
}
