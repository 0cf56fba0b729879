package io.duet.socketio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Listeners by event name, in the order of their registration. Changes are rare and copy; reading takes no lock. */
final class EventListeners {
    private volatile Map<String, List<EventListener>> byEvent = Map.of();

    synchronized void add(String event, EventListener listener) {
        List<EventListener> more = new ArrayList<>(registered(event));
        more.add(listener);
        replace(event, more);
    }

    /** Adds a listener that is removed as it is called for the first time. */
    void addOnce(String event, EventListener listener) {
        add(event, new Once(event, listener));
    }

    /** Removes the last registration of a listener. */
    synchronized void remove(String event, EventListener listener) {
        List<EventListener> fewer = new ArrayList<>(registered(event));
        for (int i = fewer.size() - 1; i >= 0; i--) {
            if (fewer.get(i).equals(listener)
                    || (fewer.get(i) instanceof Once once && once.listener.equals(listener))) {
                fewer.remove(i);
                break;
            }
        }
        replace(event, fewer);
    }

    synchronized void removeAll(String event) {
        replace(event, List.of());
    }

    synchronized void clear() {
        byEvent = Map.of();
    }

    /** What is to be called, in order. */
    List<EventListener> registered(String event) {
        return byEvent.getOrDefault(event, List.of());
    }

    /** As the user has registered them. */
    List<EventListener> of(String event) {
        return registered(event).stream()
                .map(listener -> listener instanceof Once once ? once.listener : listener)
                .toList();
    }

    private void replace(String event, List<EventListener> listeners) {
        Map<String, List<EventListener>> copy = new HashMap<>(byEvent);
        if (listeners.isEmpty()) {
            copy.remove(event);
        } else {
            copy.put(event, List.copyOf(listeners));
        }
        byEvent = Map.copyOf(copy);
    }

    private final class Once implements EventListener {
        private final String event;
        private final EventListener listener;
        private final AtomicBoolean called = new AtomicBoolean();

        Once(String event, EventListener listener) {
            this.event = event;
            this.listener = listener;
        }

        @Override
        public void onEvent(Arguments arguments, Ack ack) {
            if (called.compareAndSet(false, true)) {
                remove(event, this);
                listener.onEvent(arguments, ack);
            }
        }
    }
}
