package io.duet.adapter.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The transport answers when the test says so. */
final class OrderedPublisherTest {
    private static final int MESSAGE_BYTES = 1 + 1 + 64;

    private final List<List<String>> batches = new ArrayList<>();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final Deque<Runnable> retries = new ArrayDeque<>();
    private final AtomicInteger dropped = new AtomicInteger();
    private long nanos;

    private final OrderedPublisher publisher = publisher(100 * MESSAGE_BYTES);

    @Test
    void sendsOneBatchAtATimeAndWhatCameMeanwhileBehindIt() {
        publish("abc");
        assertThat(batches).containsExactly(List.of("a"));

        answers.remove().takes(1);

        assertThat(batches).containsExactly(List.of("a"), List.of("b", "c"));
        answers.remove().takes(2);
        assertThat(publisher.queuedBytes()).isZero();
    }

    @Test
    void batchIsBounded() {
        OrderedPublisher large = publisher(Long.MAX_VALUE);
        IntStream.range(0, 200).forEach(i -> publish(large, "x"));

        answers.remove().takes(1);

        assertThat(batches).extracting(List::size).containsExactly(1, 128);
    }

    @Test
    void repeatsWhatWasNotAnsweredBeforeAnythingElse() {
        publish("a");
        answers.remove().takes(1);
        publish("bcde");
        answers.remove().takes(1);

        answers.remove().takes(0);
        publish("f");
        assertThat(batches).hasSize(3);
        retries.remove().run();

        assertThat(batches).endsWith(List.of("c", "d", "e"), List.of("c", "d", "e", "f"));
        assertThat(dropped).hasValue(0);
    }

    /** As if the slot of one channel had gone elsewhere. */
    @Test
    void repeatsOnlyWhatIsLeftAndAtOnceIfThereIsProgress() {
        publish("a");
        answers.remove().takes(1);
        publish("bcde");
        answers.remove().takes(1);
        Answer answer = answers.remove();

        answer.left().complete(List.of(answer.batch().get(1)));

        assertThat(batches).endsWith(List.of("c", "d", "e"), List.of("d"));
        assertThat(retries).isEmpty();
        assertThat(publisher.queuedBytes()).isEqualTo(MESSAGE_BYTES);
        publish("f");
        answers.remove().fails();
        retries.remove().run();
        assertThat(batches).endsWith(List.of("d", "f"));
    }

    @Test
    void repeatsABatchThatFailed() {
        publish("ab");
        answers.remove().fails();
        retries.remove().run();

        assertThat(batches).containsExactly(List.of("a"), List.of("a", "b"));
    }

    @Test
    void givesUpWhatWaitedTooLongOnlyAfterAnotherTry() {
        publish("a");
        nanos += Duration.ofSeconds(6).toNanos();
        publish("b");
        nanos += Duration.ofSeconds(5).toNanos();

        answers.remove().fails();

        assertThat(dropped).hasValue(1);
        assertThat(publisher.queuedBytes()).isEqualTo(MESSAGE_BYTES);
        retries.remove().run();
        assertThat(batches).endsWith(List.of("b"));
        answers.remove().takes(1);
        assertThat(dropped).hasValue(1);
    }

    @Test
    void refusesAndCountsWhatDoesNotFit() {
        OrderedPublisher small = publisher(2 * MESSAGE_BYTES);
        for (String text : List.of("a", "b", "c")) {
            publish(small, text);
        }
        assertThat(dropped).hasValue(1);

        answers.remove().takes(1);
        publish(small, "d");

        answers.remove().takes(1);
        assertThat(batches).containsExactly(List.of("a"), List.of("b"), List.of("d"));
        assertThat(dropped).hasValue(1);
    }

    @Test
    void isDrainedWhenAllIsSent() {
        publish("ab");

        CompletableFuture<Void> drained = publisher.drain();
        publish("c");
        answers.remove().takes(1);

        assertThat(drained).isNotDone();
        answers.remove().takes(1);
        assertThat(drained).isDone();
        assertThat(batches).containsExactly(List.of("a"), List.of("b"));
        assertThat(dropped).hasValue(1);
    }

    @Test
    void isDrainedWhenTheLastIsGivenUp() {
        publish("a");
        CompletableFuture<Void> drained = publisher.drain();
        nanos += Duration.ofSeconds(11).toNanos();

        answers.remove().fails();

        assertThat(drained).isDone();
        assertThat(dropped).hasValue(1);
        assertThat(retries).isEmpty();
    }

    @Test
    void takesOverWhatIsAnothersWhenDrained() {
        CompletableFuture<Void> drained = publisher.drain();
        assertThat(drained).isDone();

        publisher.takeOver(message("a"));
        publisher.takeOver(message("b"));
        drained = publisher.drain();
        answers.remove().takes(1);
        assertThat(drained).isNotDone();
        answers.remove().takes(1);
        assertThat(drained).isDone();
        publisher.takeOver(message("c"));

        assertThat(batches).containsExactly(List.of("a"), List.of("b"), List.of("c"));
        assertThat(publisher.drain()).isNotDone();
        assertThat(dropped).hasValue(0);
    }

    @Test
    void isDrainedAtOnceIfNothingWaits() {
        assertThat(publisher.drain()).isDone();
    }

    /** What the transport was given, and will say. */
    private record Answer(List<Outgoing> batch, CompletableFuture<List<Outgoing>> left) {
        void takes(int count) {
            left.complete(batch.subList(count, batch.size()));
        }

        void fails() {
            left.completeExceptionally(new IllegalStateException("away"));
        }
    }

    private void publish(String letters) {
        letters.chars().forEach(letter -> publish(publisher, Character.toString(letter)));
    }

    private static void publish(OrderedPublisher publisher, String text) {
        publisher.publish(message(text));
    }

    private static Outgoing message(String text) {
        return Outgoing.message(PubSub.PLAIN, "c", text.getBytes(UTF_8));
    }

    private OrderedPublisher publisher(long maxBytes) {
        return new OrderedPublisher(
                batch -> {
                    batches.add(batch.stream()
                            .map(message -> new String((byte[]) message.words().get(1), UTF_8))
                            .toList());
                    Answer answer = new Answer(batch, new CompletableFuture<>());
                    answers.add(answer);
                    return answer.left();
                },
                Duration.ofSeconds(10),
                maxBytes,
                dropped::addAndGet,
                retries::add,
                () -> nanos);
    }
}
