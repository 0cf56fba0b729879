package io.duet.adapter.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class SuccessionTest {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<Boolean>> marks = new ArrayList<>();
    private final Succession first = new Succession(this::hear, null, Runnable::run);
    private final Succession second = new Succession(this::hear, this::mark, Runnable::run);

    @Test
    void handsOnAtOnceWhereThereIsNoLinkBefore() {
        say(first, "a");

        assertThat(heard).containsExactly("a");
    }

    @Test
    void holdsWhatArrivesUntilWhatWasBeforeItHasArrived() {
        say(second, "b");
        say(first, "a");
        assertThat(heard).containsExactly("a");

        first.onMark();

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void asksAgainForWhatHasArrivedSince() {
        say(second, "b");
        say(second, "d");
        first.onMark();
        assertThat(heard).containsExactly("b");
        say(first, "c");

        first.onMark();

        assertThat(heard).containsExactly("b", "c", "d");
        assertThat(marks).hasSize(2);
    }

    @Test
    void asksNoMoreWhenTheLinkBeforeHasEnded() {
        say(second, "b");
        say(second, "c");
        first.end();
        say(second, "d");

        assertThat(heard).containsExactly("b", "c", "d");
        assertThat(marks).hasSize(1);
    }

    @Test
    void findsTheLinkBeforeEndedAlready() {
        first.end();

        say(second, "b");

        assertThat(heard).containsExactly("b");
    }

    /** A link that is closed may still have something to read. */
    @Test
    void ignoresAMarkThatComesAfterTheEnd() {
        say(second, "b");
        first.end();

        first.onMark();

        assertThat(heard).containsExactly("b");
    }

    @Test
    void holdsAThirdUntilTheSecondIsReleased() {
        Succession third = new Succession(this::hear, second::expectMark, Runnable::run);
        say(second, "b");
        say(third, "c");
        second.onMark();
        assertThat(heard).isEmpty();
        say(first, "a");

        first.onMark();
        first.onMark();

        assertThat(heard).containsExactly("a", "b", "c");
    }

    @Test
    void handsOnWhatIsHeldIfTheLinkBeforeCannotBeAsked() {
        Succession throwing = new Succession(
                this::hear,
                () -> {
                    throw new IllegalStateException("shut down");
                },
                Runnable::run);
        Succession failing = new Succession(
                this::hear, () -> CompletableFuture.failedStage(new IllegalStateException("gone")), Runnable::run);

        say(throwing, "a");
        say(failing, "b");

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void waitsNotForEver() {
        say(second, "b");

        await().until(() -> heard.equals(List.of("b")));
        say(second, "c");
        assertThat(heard).containsExactly("b", "c");
    }

    private void hear(String topic, String channel, byte[] payload) {
        heard.add(new String(payload, UTF_8));
    }

    private CompletableFuture<Boolean> mark() {
        CompletableFuture<Boolean> mark = first.expectMark().toCompletableFuture();
        marks.add(mark);
        return mark;
    }

    private static void say(Succession link, String text) {
        link.onMessage("room", "room", text.getBytes(UTF_8));
    }
}
