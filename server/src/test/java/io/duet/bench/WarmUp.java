package io.duet.bench;

/**
 * The work before the measurement.
 *
 * @param times how much more of it than is measured: what a JVM calls often it compiles soon
 */
record WarmUp(int seconds, int times) {
    /** Of as much as is measured, after more of it. */
    private static final int SETTLING_SECONDS = 5;

    interface Work {
        /** Returns when it is done. */
        void offer(double perSecond, int seconds);
    }

    /** @param perSecond what will be measured */
    void with(Work work, double perSecond) {
        work.offer(perSecond * times, seconds);
        if (times > 1) {
            work.offer(perSecond, SETTLING_SECONDS);
        }
    }
}
