package io.duet.adapter;

import java.time.Duration;

/**
 * Connection state recovery: what is kept for clients that lost their connection (option {@code connectionStateRecovery} of Node).
 *
 * @param maxDisconnectionDuration how long sessions and packets are kept
 * @param skipMiddlewares whether the namespace's middlewares are left out for a recovered socket
 * @param maxPackets how many packets are kept at most, for each namespace
 */
public record RecoveryOptions(Duration maxDisconnectionDuration, boolean skipMiddlewares, int maxPackets) {
    /** Two minutes, middlewares skipped (Node's defaults), 10,000 packets. */
    public static final RecoveryOptions DEFAULT = new RecoveryOptions(Duration.ofMinutes(2), true, 10_000);

    public RecoveryOptions {
        if (maxDisconnectionDuration.isNegative() || maxDisconnectionDuration.isZero()) {
            throw new IllegalArgumentException(
                    "maxDisconnectionDuration: " + maxDisconnectionDuration + " (expected: > 0)");
        }
        if (maxPackets <= 0) {
            throw new IllegalArgumentException("maxPackets: " + maxPackets + " (expected: > 0)");
        }
    }
}
