package io.duet.socketio;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** What there is to count at a {@link Server}, besides {@link io.duet.engineio.EngineCounters}. Safe for any thread. */
public final class ServerCounters {
    final LongAdder refusedByMiddlewares = new LongAdder();
    final LongAdder unknownNamespaces = new LongAdder();
    final Known<NamespaceCounters> namespaces = new Known<>();
    final Known<Presence> presences = new Known<>();

    ServerCounters() {}

    /** Sockets that a middleware has refused. */
    public long refusedByMiddlewares() {
        return refusedByMiddlewares.sum();
    }

    /** Clients that asked for a namespace which is not there. */
    public long unknownNamespaces() {
        return unknownNamespaces.sum();
    }

    /** Tells of all namespaces, those that are there and those to come: each once, parents in the place of their children. */
    public void onNamespace(Consumer<NamespaceCounters> listener) {
        namespaces.tell(listener);
    }

    /** Tells of presences in the same way; of children's not at all. */
    public void onPresence(Consumer<Presence> listener) {
        presences.tell(listener);
    }

    /** Grows, and tells. Guarded by itself. */
    static final class Known<T> {
        private final List<T> all = new ArrayList<>();
        private final List<Consumer<T>> listeners = new ArrayList<>();

        synchronized void add(T one) {
            all.add(one);
            listeners.forEach(listener -> listener.accept(one));
        }

        private synchronized void tell(Consumer<T> listener) {
            listeners.add(listener);
            all.forEach(listener);
        }
    }
}
