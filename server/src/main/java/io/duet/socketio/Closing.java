package io.duet.socketio;

import io.duet.adapter.FailureText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The steps of an end, each of which is done whatever became of those before. For one thread. */
final class Closing {
    private final List<String> failed = new ArrayList<>(0);
    private final List<Throwable> failures = new ArrayList<>(0);

    void step(String what, Step step) {
        try {
            step.run();
        } catch (Throwable e) {
            failed.add(what + " (" + FailureText.of(e) + ")");
            failures.add(e);
        }
    }

    /** What has failed, each of it suppressed; empty if nothing has. */
    Optional<IllegalStateException> failure() {
        if (failures.isEmpty()) {
            return Optional.empty();
        }
        IllegalStateException all = new IllegalStateException("not all of it could be closed: " + failed);
        failures.forEach(all::addSuppressed);
        return Optional.of(all);
    }

    interface Step {
        void run() throws Exception;
    }
}
