package io.duet.adapter.presence;

/** Hears of transitions, each once, in order, one call at a time. */
@FunctionalInterface
public interface PresenceListener {
    void onEvent(PresenceEvent event);
}
