package io.duet.bench;

/**
 * Looks for the highest rate that is held: up by half while it is, then three times halfway between what was and what was not. Down by halves
 * at first if not even the start is held.
 */
final class Climb {
    private static final double STEP = 1.5;
    private static final int REFINEMENTS = 3;
    private static final double LOWEST_SHARE = 1.0 / 64;

    private final double lowest;
    private double next;
    private double best;
    private double missed = Double.POSITIVE_INFINITY;
    private int refinementsLeft = REFINEMENTS;

    Climb(double start) {
        lowest = start * LOWEST_SHARE;
        next = start;
    }

    /** The rate to try. */
    double next() {
        return next;
    }

    /** Whether the rate to try was held. */
    void tried(boolean held) {
        if (best > 0 && missed < Double.POSITIVE_INFINITY) {
            refinementsLeft--;
        }
        if (held) {
            best = next;
        } else {
            missed = next;
        }
        if (missed == Double.POSITIVE_INFINITY) {
            next = best * STEP;
        } else if (best == 0) {
            next = missed / 2;
        } else {
            next = (best + missed) / 2;
        }
    }

    boolean isOver() {
        return refinementsLeft == 0 || next < lowest;
    }

    /** The highest rate that was held; 0 if none was. */
    double best() {
        return best;
    }
}
