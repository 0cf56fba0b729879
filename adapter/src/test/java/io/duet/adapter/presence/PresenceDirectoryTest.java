package io.duet.adapter.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PresenceDirectoryTest {
    private static final int MAX_WAITING = 1_000;
    private static final int SKIPPED = 5;

    private final PresenceDirectory directory =
            new PresenceDirectory(Duration.ZERO, new LocalPresenceLog(InstantSource.system()), MAX_WAITING);

    /** The listener's executor, which runs nothing by itself. */
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    private final List<Long> heard = new ArrayList<>();
    private final List<PresenceSnapshot> gaps = new ArrayList<>();
    private int users;

    @AfterEach
    void close() {
        join(directory.close());
    }

    @Test
    void aListenerThatIsTooSlowGoesOnWithASnapshotAndHoldsUpNoOther() throws InterruptedException {
        List<Long> quick = new ArrayList<>();
        join(directory.subscribe(event -> quick.add(event.position()), Runnable::run));
        join(directory.subscribe(new Listener(), tasks::add));
        connect(MAX_WAITING + SKIPPED);

        assertThat(quick).hasSize(MAX_WAITING + SKIPPED);
        // One more, which is to find out that all the others have been taken.
        assertThat(tasks).hasSize(MAX_WAITING + 1);
        assertThat(join(directory.counts()).missed()).isEqualTo(SKIPPED);
        while (gaps.isEmpty()) {
            next().run();
        }
        connect(1);
        next().run();

        long gap = MAX_WAITING + SKIPPED;
        assertThat(gaps.get(0).position()).isEqualTo(gap);
        assertThat(gaps.get(0).users()).hasSize((int) gap);
        assertThat(heard).hasSize(MAX_WAITING + 1).startsWith(1L, 2L, 3L);
        assertThat(heard).endsWith((long) MAX_WAITING, gap + 1);
        assertThat(tasks).isEmpty();
        assertThat(join(directory.counts()).missed()).isEqualTo(SKIPPED);
    }

    private void connect(int count) {
        for (int i = 0; i < count; i++) {
            users++;
            directory.identify(
                    "s" + users, "user" + users, Instant.EPOCH, JsonNodeFactory.instance.objectNode(), Set::of);
        }
        await().until(() -> join(directory.counts()).users() == users);
    }

    private Runnable next() throws InterruptedException {
        Runnable task = tasks.poll(20, TimeUnit.SECONDS);
        assertThat(task).as("what the listener is told").isNotNull();
        return task;
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private final class Listener implements PresenceListener {
        @Override
        public void onEvent(PresenceEvent event) {
            heard.add(event.position());
        }

        @Override
        public void onGap(PresenceSnapshot snapshot) {
            gaps.add(snapshot);
        }
    }
}
