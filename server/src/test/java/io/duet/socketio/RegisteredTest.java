package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RegisteredTest {
    private final Registered<String> registered = new Registered<>();

    @Test
    void keepsTheOrderOfRegistration() {
        registered.add("b");
        registered.add("c");
        registered.addFirst("a");

        assertThat(registered).containsExactly("a", "b", "c");
        assertThat(registered.isEmpty()).isFalse();
    }

    @Test
    void removesTheFirstRegistrationOnly() {
        registered.add("a");
        registered.add("b");
        registered.add("a");

        registered.remove("a");
        registered.remove("unknown");

        assertThat(registered).containsExactly("b", "a");
    }

    @Test
    void holdsNothingOnceCleared() {
        registered.add("a");

        registered.clear();

        assertThat(registered.isEmpty()).isTrue();
        assertThat(registered.copy()).isEmpty();
    }

    @Test
    void whoGoesOverItSeesWhatWasThereWhenHeBegan() {
        registered.add("a");
        registered.add("b");
        List<String> seen = new ArrayList<>();

        for (String each : registered) {
            seen.add(each);
            registered.add("late");
            registered.remove("b");
        }

        assertThat(seen).containsExactly("a", "b");
    }
}
