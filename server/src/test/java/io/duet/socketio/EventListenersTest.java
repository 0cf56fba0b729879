package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EventListenersTest {
    private final EventListeners listeners = new EventListeners();
    private final List<String> called = new ArrayList<>();
    private final EventListener one = (arguments, ack) -> called.add("one");
    private final EventListener two = (arguments, ack) -> called.add("two");

    @Test
    void areCalledInTheOrderOfTheirRegistration() {
        listeners.add("e", two);
        listeners.add("e", one);
        listeners.add("other", one);
        listeners.add("e", two);

        fire("e");

        assertThat(called).containsExactly("two", "one", "two");
        assertThat(listeners.of("e")).containsExactly(two, one, two);
    }

    @Test
    void ofAnUnknownEventThereAreNone() {
        assertThat(listeners.of("e")).isEmpty();
        assertThat(listeners.registered("e")).isEmpty();
    }

    @Test
    void removingTakesTheLastRegistrationOnly() {
        listeners.add("e", one);
        listeners.add("e", two);
        listeners.add("e", one);

        listeners.remove("e", one);
        assertThat(listeners.of("e")).containsExactly(one, two);
        listeners.remove("e", one);
        listeners.remove("e", one);
        listeners.remove("other", one);

        assertThat(listeners.of("e")).containsExactly(two);
    }

    @Test
    void removingAllLeavesOtherEvents() {
        listeners.add("e", one);
        listeners.add("e", two);
        listeners.add("other", one);

        listeners.removeAll("e");

        assertThat(listeners.of("e")).isEmpty();
        assertThat(listeners.of("other")).containsExactly(one);
        listeners.clear();
        assertThat(listeners.of("other")).isEmpty();
    }

    @Test
    void oneForASingleCallIsGoneBeforeItRuns() {
        listeners.addOnce(
                "e", (arguments, ack) -> called.add("left " + listeners.of("e").size()));

        fire("e");
        fire("e");

        assertThat(called).containsExactly("left 0");
    }

    @Test
    void oneForASingleCallIsShownAndRemovedAsItself() {
        listeners.addOnce("e", one);

        assertThat(listeners.of("e")).containsExactly(one);
        listeners.remove("e", one);

        assertThat(listeners.of("e")).isEmpty();
    }

    @Test
    void theSameListenerForASingleCallTwiceIsCalledTwice() {
        listeners.addOnce("e", one);
        listeners.addOnce("e", one);

        fire("e");
        fire("e");

        assertThat(called).containsExactly("one", "one");
        assertThat(listeners.of("e")).isEmpty();
    }

    @Test
    void changesDuringACallDoNotConcernIt() {
        listeners.add("e", (arguments, ack) -> {
            listeners.removeAll("e");
            listeners.add("e", two);
        });
        listeners.add("e", one);

        fire("e");

        assertThat(called).containsExactly("one");
        assertThat(listeners.of("e")).containsExactly(two);
    }

    @Test
    void concurrentRegistrationsAreAllKept() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String event = "e" + i % 2;
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                for (int k = 0; k < 500; k++) {
                    listeners.add(event, (arguments, ack) -> calls.incrementAndGet());
                }
            });
            threads.add(thread);
            thread.start();
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join(20_000);
        }

        fire("e0");
        fire("e1");

        assertThat(calls).hasValue(2_000);
    }

    private void fire(String event) {
        Arguments none = Arguments.of(List.of(), new ObjectMapper());
        listeners.registered(event).forEach(listener -> listener.onEvent(none, NoAck.INSTANCE));
    }
}
