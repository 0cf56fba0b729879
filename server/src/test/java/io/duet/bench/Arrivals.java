package io.duet.bench;

import java.util.HashSet;
import java.util.Set;

/** What one client has got of several senders' numbered messages. */
final class Arrivals {
    private final int[] next;
    private final Set<Long> missing = new HashSet<>();

    /** What a message is to the client. */
    enum Kind {
        NEW,
        /** A later one of the same sender had come before. */
        DISORDERED,
        REPEATED
    }

    Arrivals(int senders) {
        next = new int[senders];
    }

    /** @param number counted from 0 for each sender */
    Kind take(int sender, int number) {
        if (number < next[sender]) {
            return missing.remove(key(sender, number)) ? Kind.DISORDERED : Kind.REPEATED;
        }
        for (; next[sender] < number; next[sender]++) {
            missing.add(key(sender, next[sender]));
        }
        next[sender]++;
        return Kind.NEW;
    }

    /** Whatever comes of those that a sender has sent is one too many. */
    void forget(int sender, int sent) {
        missing.removeIf(key -> key >>> Integer.SIZE == sender);
        next[sender] = sent;
    }

    private static long key(int sender, int number) {
        return (long) sender << Integer.SIZE | number;
    }
}
