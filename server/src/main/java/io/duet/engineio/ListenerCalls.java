package io.duet.engineio;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls listeners of the application. The fault of one concerns that one alone: what goes on around the call, such as a session's end, goes on. */
final class ListenerCalls {
    private static final Logger log = LoggerFactory.getLogger(ListenerCalls.class);

    private ListenerCalls() {}

    static <L> void tell(Iterable<L> listeners, Consumer<L> event) {
        for (L listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable e) {
                // Kotlin and Lombok throw checked exceptions without declaring them.
                log.error("listener failed", e);
            }
        }
    }
}
