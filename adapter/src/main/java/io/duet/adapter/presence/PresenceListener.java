package io.duet.adapter.presence;

/** Hears of transitions, each once, in order, one call at a time. */
@FunctionalInterface
public interface PresenceListener {
    void onEvent(PresenceEvent event);

    /**
     * Called in place of transitions that came faster than this listener took them: more than 100,000 were waiting for it. It has heard of all that
     * waited, not of those behind, and goes on with the one that follows the snapshot. Default: nothing, the transitions are missed.
     *
     * @param snapshot who is online now
     */
    default void onGap(PresenceSnapshot snapshot) {}
}
