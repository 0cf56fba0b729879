package io.duet.app.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts durations in buckets that are at most 1/64 wide of what they hold. Safe for any thread. */
public final class Latencies {
    private static final int SUB_BUCKET_BITS = 6;
    private static final int SUB_BUCKETS = 1 << SUB_BUCKET_BITS;

    private final AtomicLongArray counts = new AtomicLongArray((Long.SIZE - SUB_BUCKET_BITS) * SUB_BUCKETS);

    /** Less than nothing counts as nothing. */
    public void record(long nanos) {
        counts.getAndIncrement(bucket(Math.max(0, nanos)));
    }

    public long count() {
        long total = 0;
        for (int i = 0; i < counts.length(); i++) {
            total += counts.get(i);
        }
        return total;
    }

    /** The duration within which {@code share} (0 to 1) of all stayed, in milliseconds; 0 if there is none. */
    public double millis(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * count()));
        long seen = 0;
        for (int i = 0; i < counts.length(); i++) {
            seen += counts.get(i);
            if (seen >= rank) {
                return upperBound(i) / 1e6;
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        if (nanos < SUB_BUCKETS) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - SUB_BUCKET_BITS;
        return (shift + 1) * SUB_BUCKETS + (int) ((nanos >>> shift) - SUB_BUCKETS);
    }

    private static long upperBound(int bucket) {
        if (bucket < SUB_BUCKETS) {
            return bucket;
        }
        int shift = bucket / SUB_BUCKETS - 1;
        return ((long) (bucket % SUB_BUCKETS + SUB_BUCKETS + 1) << shift) - 1;
    }
}
