package io.duet.adapter.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Redis publish/subscribe, as far as adapters need it. Safe for any thread; nothing blocks. */
interface Bus {
    /**
     * Subscribes to one channel. Messages come on the bus's one receiving thread, in the order in which Redis sent them.
     *
     * @return done when Redis has confirmed; while Redis is away it stays undone, and the bus goes on trying
     */
    CompletionStage<Subscription> subscribe(String channel, Receiver receiver);

    /** The same for all channels that match a pattern. */
    CompletionStage<Subscription> subscribePattern(String pattern, Receiver receiver);

    /**
     * Subscribes to a channel by whose subscribers servers are counted. After an interruption it comes back last, behind all the others: who is
     * counted hears everything.
     */
    CompletionStage<Subscription> subscribeCounted(String channel, Receiver receiver);

    /**
     * Publishes behind everything that was published before. While Redis is away the message waits, within a bound of bytes and time; beyond it
     * is dropped and counted.
     */
    void publish(String channel, byte[] payload);

    /**
     * Appends an entry to a stream, as {@link #publish} does with messages. In a Redis Cluster it is for a bus of {@link PubSub#SHARDED}, which
     * alone knows all masters.
     *
     * @param maxLength about how many entries the stream is to keep
     */
    void append(String stream, int maxLength, StreamEntry entry);

    /** How many connections are subscribed to exactly this channel; waits for a Redis that is away as long as a request may take. */
    CompletionStage<Integer> countSubscribers(String channel);

    /** Runs a script, whose keys lie in one slot, and whose answer is a flat list of texts and integers. Fails while Redis is away. */
    CompletionStage<List<Object>> eval(String script, List<Object> keys, Object... arguments);

    /** Whether Redis is there and every subscription is known to be in force. */
    boolean isReady();

    /**
     * Publishes what still waits, then ends what the bus has started; done when it is.
     *
     * @param limit of the waiting
     */
    CompletionStage<Void> close(Duration limit);

    /** Of which kind its channels are. */
    PubSub kind();

    /** Takes messages. Must not block. */
    @FunctionalInterface
    interface Receiver {
        void onMessage(String channel, byte[] payload);

        /** The subscription was made anew, on another connection: messages may have been missed. On any thread of the bus. */
        default void onResubscribed() {}
    }

    /** A subscription in force. */
    interface Subscription {
        CompletionStage<Void> cancel();
    }
}
