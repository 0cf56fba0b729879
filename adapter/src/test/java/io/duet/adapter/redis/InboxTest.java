package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InboxTest {
    private static final int ARRIVAL_BYTES = 10 + 1 + 64;

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Inbox.Arrival> handled = new ArrayList<>();
    private final Inbox inbox = new Inbox(2 * ARRIVAL_BYTES, tasks::add, handled::add);

    @Test
    void handsOutInOrderByOneTask() {
        Inbox.Arrival first = arrival();
        Inbox.Arrival second = arrival();
        inbox.offer(first);
        inbox.offer(second);
        assertThat(tasks).hasSize(1);

        tasks.remove().run();

        assertThat(handled).containsExactly(first, second);
        assertThat(inbox.queuedBytes()).isZero();
    }

    @Test
    void refusesWhatDoesNotFitAndTakesMoreWhenThereIsRoom() {
        assertThat(inbox.offer(arrival())).isTrue();
        assertThat(inbox.offer(arrival())).isTrue();
        assertThat(inbox.offer(arrival())).isFalse();

        tasks.remove().run();

        assertThat(inbox.offer(arrival())).isTrue();
        tasks.remove().run();
        assertThat(handled).hasSize(3);
    }

    private static Inbox.Arrival arrival() {
        return new Inbox.Arrival("c", "c", new byte[10]);
    }
}
