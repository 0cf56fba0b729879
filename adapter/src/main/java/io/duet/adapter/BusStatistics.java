package io.duet.adapter;

/**
 * What a node's connection to its cluster has done since it was made, and how it is now. Counts only grow; two that are read one after the other
 * need not agree to the last unit. Safe for any thread.
 */
public interface BusStatistics {
    /** Where a message goes. */
    enum Direction {
        /** To other nodes. */
        OUT,
        /** To this node. */
        IN
    }

    /** Why a message that came was of no use. */
    enum Discard {
        /** It had come back to its sender. */
        OWN,
        /** It concerns nobody here. */
        UNADDRESSED,
        /** It could not be read. */
        MALFORMED
    }

    /** Hears how long messages take. */
    @FunctionalInterface
    interface LatencyListener {
        /**
         * @param own whether the message went back to this node; otherwise to another, and this is half of the way there and back
         * @param nanos from publishing to delivery
         */
        void measured(boolean own, long nanos);
    }

    /** Whether the cluster can be reached and everything is subscribed. */
    boolean connected();

    /** Channels and patterns that are listened to. */
    int subscriptions();

    /** Messages that the cluster has taken. */
    long published();

    /** Messages that have come. */
    long received();

    /** Of those: handed to somebody here. */
    long delivered();

    /** Of those: of no use. */
    long discarded(Discard why);

    /** Messages that wait: to be taken by the cluster, or to be handled here. */
    long queuedMessages(Direction direction);

    /** Their bytes. */
    long queuedBytes(Direction direction);

    /** Messages that had to be sent again. */
    long retries();

    /** Messages that were given up. */
    long dropped(Direction direction);

    /** How often the connection was lost. */
    long lost();

    /** Channels and patterns that were subscribed anew on another connection. */
    long resubscriptions();

    /** How often channels were subscribed anew, so that messages of other nodes may have been missed. */
    long gaps();

    /**
     * From now on measures at intervals what a message takes, by messages of its own which only nodes that measure too take part in.
     *
     * @param listener called on a thread of the adapter: must not block; takes the place of the one before
     */
    void onLatency(LatencyListener listener);
}
