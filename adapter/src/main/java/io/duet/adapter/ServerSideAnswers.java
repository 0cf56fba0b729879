package io.duet.adapter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the other nodes answered to a server-side event, in order of arrival.
 *
 * @param answers one value a node; may contain nulls
 * @param missing how many nodes did not answer in time; 0 if all did
 */
public record ServerSideAnswers(List<@Nullable Object> answers, int missing) {
    /** Nobody was asked. */
    public static final ServerSideAnswers NONE = new ServerSideAnswers(List.of(), 0);

    public ServerSideAnswers {
        answers = Collections.unmodifiableList(new ArrayList<>(answers));
    }
}
