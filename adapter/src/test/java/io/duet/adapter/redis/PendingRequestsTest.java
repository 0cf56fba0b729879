package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import io.duet.adapter.AckCollector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Answers that come in time, too late, too often, or not at all. */
final class PendingRequestsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final PendingRequests pending = new PendingRequests();

    @Test
    void isDoneWhenAsManyHaveAnsweredAsWereCounted() {
        CompletionStage<List<Response>> answers = pending.expect("1", 2, LONG);

        pending.onResponse(rooms("1", "a"));
        assertThat(answers).isNotDone();
        pending.onResponse(rooms("1", "b"));

        assertThat(answers).isCompletedWithValue(List.of(rooms("1", "a"), rooms("1", "b")));
    }

    @Test
    void givesWhatCameInTimeIfNotAllDid() {
        CompletionStage<List<Response>> answers = pending.expect("1", 2, SHORT);

        pending.onResponse(rooms("1", "a"));

        assertThat(answers).succeedsWithin(LIMIT).isEqualTo(List.of(rooms("1", "a")));
    }

    @Test
    void answersToOthersAndLateOnesChangeNothing() {
        CompletionStage<List<Response>> first = pending.expect("1", 1, LONG);
        CompletionStage<List<Response>> second = pending.expect("2", 1, LONG);

        pending.onResponse(rooms("unknown", "x"));
        pending.onResponse(rooms("1", "a"));
        pending.onResponse(rooms("1", "late"));

        assertThat(first).isCompletedWithValue(List.of(rooms("1", "a")));
        assertThat(second).isNotDone();
    }

    @Test
    void countsAnswersOfManyThreadsOnce() {
        int count = 1_000;
        CompletionStage<List<Response>> answers = pending.expect("1", count, LONG);

        IntStream.range(0, count).parallel().forEach(i -> pending.onResponse(rooms("1", "r" + i)));

        assertThat(answers)
                .succeedsWithin(LIMIT)
                .satisfies(all -> assertThat(all).hasSize(count).doesNotHaveDuplicates());
    }

    @Test
    void passesAcknowledgementsOnWhileTheCollectorWaits() {
        Collected collected = new Collected();
        pending.collectAcks("1", collected, LONG);

        pending.onResponse(new Response.Acknowledgement("1", Optional.of("a")));
        pending.onResponse(new Response.ClientCount("1", 3));
        pending.onResponse(new Response.Acknowledgement("1", Optional.empty()));
        pending.onResponse(new Response.Acknowledgement("1", Optional.of(NullNode.getInstance())));
        pending.onResponse(new Response.Acknowledgement("2", Optional.of("of another request")));

        assertThat(collected.counts).containsExactly(3);
        assertThat(collected.answers).containsExactly(List.of("a"), List.of(), List.of(NullNode.getInstance()));
    }

    private static Response rooms(String requestId, String room) {
        return new Response.Rooms(requestId, Set.of(room));
    }

    private static final class Collected implements AckCollector {
        private final List<Integer> counts = new ArrayList<>();
        private final List<List<Object>> answers = new ArrayList<>();

        @Override
        public void clients(int count) {
            counts.add(count);
        }

        @Override
        public void answer(List<Object> arguments) {
            answers.add(arguments);
        }
    }
}
