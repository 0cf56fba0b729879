package io.duet.bench;

/**
 * One round of a cluster; a line of the report's JSON.
 *
 * @param spread on how many of the nodes the members of a room are
 * @param perRoom messages offered to each room a second
 * @param sentPerSecond messages that all clients sent
 * @param deliveriesPerSecond what clients got
 * @param redisPerSecond what nodes got from Redis, by the bytes that Redis sent
 * @param countedPerSecond the same as the nodes themselves count it; 0 if they do not
 * @param micros CPU time of all nodes together, a delivery
 * @param redisMicros CPU time of Redis, a delivery
 * @param p50 milliseconds from sending to receipt, as the others
 * @param lost deliveries that never came
 * @param disordered deliveries that came after a later message of the same sender
 */
record ClusterResult(
        String peer,
        int nodes,
        int spread,
        int rooms,
        int perRoom,
        int bytes,
        int seconds,
        double sentPerSecond,
        double deliveriesPerSecond,
        double redisPerSecond,
        double countedPerSecond,
        double micros,
        double redisMicros,
        double p50,
        double p99,
        double p999,
        long lost,
        long repeated,
        long disordered) {
    double redisPerMessage() {
        return redisPerSecond / sentPerSecond;
    }

    boolean faultless() {
        return lost == 0 && repeated == 0 && disordered == 0;
    }

    /** Whether this is another round of the same. */
    boolean repeats(ClusterResult other) {
        return peer.equals(other.peer)
                && nodes == other.nodes
                && spread == other.spread
                && rooms == other.rooms
                && perRoom == other.perRoom
                && bytes == other.bytes;
    }
}
