package io.duet.adapter.presence;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The log in which all nodes of a cluster write what sockets they have, and which all of them read. It has a clock, which never goes back, and
 * each entry has its time.
 *
 * <p>A log is used, and calls its follower, on one thread: that of the executor which it is started with.
 */
public interface PresenceLog {
    /** Begins to write and to read. */
    void start(ScheduledExecutorService executor, Follower follower);

    /** Writes that this node has a socket, or that it has it no more. In order; waits while the log cannot be reached. */
    void write(Change change);

    /** Asks for {@link Follower#onTime}, after everything that was written before. */
    void catchUp();

    /** When a node was last known to live, in milliseconds since 1970 by the clock of the log; 0 for one that is not known. */
    long lastSeen(String node);

    /** How often sockets had to be registered anew or everything was read again. */
    long repairs();

    /** Takes this node's sockets out, behind what was written before, and ends. Done when it has. */
    CompletionStage<Void> close();

    /**
     * One socket of a node.
     *
     * @param entry empty: it is gone
     */
    record Change(String socketId, Optional<PresenceEntry> entry) {}

    /** What reads a log. {@code at} and {@code now}: milliseconds since 1970 by the clock of the log. */
    interface Follower {
        /**
         * All there is: at the start, and whenever entries may have been missed.
         *
         * @param nodes the living ones, with their sockets by id
         */
        void onSnapshot(Map<String, Map<String, PresenceEntry>> nodes, long now);

        /** A node has written. */
        void onChanges(String node, List<Change> changes, long at);

        /** A node has died: it has not renewed its lease. */
        void onNodeGone(String node, long at);

        /** Everything before {@code now} has been read. */
        void onTime(long now);

        /** How old the oldest entry was when it was read, in milliseconds; of each reading that found one. */
        void onLag(long millis);

        /** Whether the log cannot be reached, so that what is known may be out of date. */
        void onStale(boolean stale);
    }
}
