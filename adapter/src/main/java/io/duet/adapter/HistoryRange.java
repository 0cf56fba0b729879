package io.duet.adapter;

import java.util.Optional;

/**
 * Which packets of a history: those between two offsets, exclusive; if these are more than the limit, the oldest of them where {@code after} is
 * given, else the newest.
 *
 * @param after empty: from the beginning
 * @param before empty: to the end
 * @param limit how many at most, 1 to {@value HistoryOptions.Rule#MAX_PACKETS}
 */
public record HistoryRange(Optional<String> after, Optional<String> before, int limit) {
    public HistoryRange {
        if (limit < 1 || limit > HistoryOptions.Rule.MAX_PACKETS) {
            throw new IllegalArgumentException(
                    "limit: " + limit + " (expected: 1 to " + HistoryOptions.Rule.MAX_PACKETS + ")");
        }
    }

    /** The newest. */
    public static HistoryRange last(int limit) {
        return new HistoryRange(Optional.empty(), Optional.empty(), limit);
    }
}
