package io.duet.socketio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Listeners by event name, in the order of their registration. Changes are rare and copy; reading takes no lock. */
final class EventListeners {
    private volatile Map<String, List<EventListener>> byEvent = Map.of();

    synchronized void add(String event, EventListener listener) {
        change(event, listener, true);
    }

    synchronized void remove(String event, EventListener listener) {
        change(event, listener, false);
    }

    synchronized void removeAll(String event) {
        Map<String, List<EventListener>> copy = new HashMap<>(byEvent);
        copy.remove(event);
        byEvent = copy;
    }

    List<EventListener> of(String event) {
        return byEvent.getOrDefault(event, List.of());
    }

    private void change(String event, EventListener listener, boolean add) {
        List<EventListener> listeners = new ArrayList<>(of(event));
        if (add) {
            listeners.add(listener);
        } else {
            listeners.remove(listener);
        }
        Map<String, List<EventListener>> copy = new HashMap<>(byEvent);
        copy.put(event, List.copyOf(listeners));
        byEvent = copy;
    }
}
