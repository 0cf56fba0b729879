package io.duet.adapter.redis;

import java.time.Duration;

/** What fails and is tried again is told once, and only if it lasts. Not safe for several threads. */
final class LastingTrouble {
    private final long patienceNanos;
    private boolean present;
    private boolean told;
    private long since;

    LastingTrouble(Duration patience) {
        patienceNanos = patience.toNanos();
    }

    /** It has failed, again or for the first time; returns whether to tell that now. */
    boolean failed(long now) {
        if (!present) {
            present = true;
            told = false;
            since = now;
        }
        boolean tells = !told && now - since > patienceNanos;
        told |= tells;
        return tells;
    }

    void ended() {
        present = false;
    }
}
