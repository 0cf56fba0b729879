package io.duet.adapter.redis;

import java.util.Comparator;
import java.util.regex.Pattern;

/** Ids of a stream's entries: {@code <milliseconds>-<number>}. */
final class StreamId {
    private static final Pattern SHAPE = Pattern.compile("\\d{1,18}-\\d{1,18}");

    /** As Redis has it. The empty one, which is none, is first. */
    static final Comparator<String> ORDER =
            Comparator.comparingLong((String id) -> part(id, 0)).thenComparingLong(id -> part(id, 1));

    private StreamId() {}

    static boolean isOne(String text) {
        return SHAPE.matcher(text).matches();
    }

    /** From the same with leading zeros. */
    static String ofDigits(String digits) {
        String[] parts = digits.split("-", 2);
        return Long.parseLong(parts[0]) + "-" + Long.parseLong(parts[1]);
    }

    private static long part(String id, int index) {
        return id.isEmpty() ? -1 : Long.parseLong(id.split("-", 2)[index]);
    }
}
