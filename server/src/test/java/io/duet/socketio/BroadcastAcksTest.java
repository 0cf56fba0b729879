package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.socketio.codec.JsonValues;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

final class BroadcastAcksTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final ObjectMapper mapper = JsonValues.mapper();
    private final BroadcastAcks acks = new BroadcastAcks(mapper, LONG);

    @Test
    void areDoneWhenAllNodesHaveReportedAndAllClientsHaveAnswered() {
        acks.expectNodes(2);
        acks.clients(1);
        acks.answer(List.of("a"));
        assertThat(result(acks)).isNotDone();
        acks.clients(2);
        acks.answer(List.of("b"));
        assertThat(result(acks)).isNotDone();
        acks.answer(List.of());

        assertThat(values(acks)).containsExactly("a", "b", null);
    }

    @Test
    void areDoneAtOnceWhenNobodyWasAddressed() {
        acks.expectNodes(1);
        acks.clients(0);

        assertThat(values(acks)).isEmpty();
    }

    @Test
    void waitUntilItIsKnownHowManyNodesThereAre() {
        acks.clients(1);
        acks.answer(List.of("a"));

        assertThat(result(acks)).isNotDone();
        acks.expectNodes(1);

        assertThat(values(acks)).containsExactly("a");
    }

    @Test
    void answersMayComeBeforeTheirNodeReports() {
        acks.expectNodes(1);
        acks.answer(List.of("early"));
        assertThat(result(acks)).isNotDone();
        acks.clients(1);

        assertThat(values(acks)).containsExactly("early");
    }

    @Test
    void failAtTheLimitWithTheAnswersSoFar() {
        BroadcastAcks limited = new BroadcastAcks(mapper, Duration.ofMillis(20));
        limited.expectNodes(1);
        limited.clients(2);
        limited.answer(List.of("a"));

        assertThat(result(limited))
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .asInstanceOf(InstanceOfAssertFactories.type(AckTimeoutException.class))
                .satisfies(e -> assertThat(e.answers().toList()).containsExactly("a"))
                .satisfies(e -> assertThat(e)
                        .hasMessage("operation has timed out: 1 of 2 clients answered, 1 of 1 nodes reported"));
    }

    @Test
    void lateAnswersChangeNothing() {
        acks.expectNodes(1);
        acks.clients(1);
        acks.answer(List.of("a"));
        Arguments result = result(acks).join();

        acks.answer(List.of("late"));
        acks.clients(7);

        assertThat(result.toList()).containsExactly("a");
        assertThat(values(acks)).containsExactly("a");
    }

    @Test
    void answersOfManyThreadsAreAllCounted() throws InterruptedException {
        acks.expectNodes(4);
        List<Thread> nodes = new ArrayList<>();
        for (int node = 0; node < 4; node++) {
            Thread thread = new Thread(() -> {
                acks.clients(1_000);
                IntStream.range(0, 1_000).forEach(i -> acks.answer(List.of(i)));
            });
            nodes.add(thread);
            thread.start();
        }
        for (Thread node : nodes) {
            node.join(20_000);
        }

        assertThat(result(acks)).succeedsWithin(10, TimeUnit.SECONDS).satisfies(values -> assertThat(values.size())
                .isEqualTo(4_000));
    }

    private static CompletableFuture<Arguments> result(BroadcastAcks acks) {
        return acks.result().toCompletableFuture();
    }

    private static List<Object> values(BroadcastAcks acks) {
        assertThat(result(acks)).isCompleted();
        return Arrays.asList(result(acks).join().toList().toArray());
    }
}
