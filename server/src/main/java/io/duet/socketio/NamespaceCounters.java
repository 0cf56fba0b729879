package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import io.duet.engineio.Counts;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What has happened in a namespace on this node, or in all children of a {@link ParentNamespace} together: clients name those, so that there may
 * be any number. Counts only grow; two that are read one after the other need not agree to the last unit. Safe for any thread.
 */
public final class NamespaceCounters {
    final LongAdder connects = new LongAdder();
    final Counts<DisconnectReason> disconnects = new Counts<>(DisconnectReason.class);
    final LongAdder recovered = new LongAdder();
    final LongAdder notRecovered = new LongAdder();
    final LongAdder eventsReceived = new LongAdder();
    final LongAdder eventsSent = new LongAdder();

    private final String name;
    private final Supplier<Collection<Namespace>> namespaces;
    private volatile @Nullable LongConsumer listenerTime;
    private volatile @Nullable LongConsumer ackTime;

    NamespaceCounters(String name, Supplier<Collection<Namespace>> namespaces) {
        this.name = name;
        this.namespaces = namespaces;
    }

    /** The namespace's name; of a parent its pattern, or its own name if it has none. */
    public String name() {
        return name;
    }

    /** Sockets that are connected now. */
    public int sockets() {
        return namespaces.get().stream()
                .mapToInt(namespace -> namespace.sockets().size())
                .sum();
    }

    /** Rooms that have a member on this node now, without those that sockets have to themselves. */
    public int rooms() {
        return namespaces.get().stream()
                .mapToInt(namespace -> Math.max(
                        0, namespace.adapter().roomCount() - namespace.sockets().size()))
                .sum();
    }

    /** Sockets that were accepted. */
    public long connects() {
        return connects.sum();
    }

    /** Sockets that have left. */
    public long disconnects(DisconnectReason reason) {
        return disconnects.of(reason);
    }

    /** Clients that came back and got their socket back. */
    public long recovered() {
        return recovered.sum();
    }

    /** Clients that came back and are new: their session was not there any more, or what they had missed. */
    public long notRecovered() {
        return notRecovered.sum();
    }

    /** Events of clients that came in. */
    public long eventsReceived() {
        return eventsReceived.sum();
    }

    /** Events that were sent, one for each receiver; what was dropped because it was volatile does not count. */
    public long eventsSent() {
        return eventsSent.sum();
    }

    /**
     * From now on tells how long the listeners of each event took together, in nanoseconds.
     *
     * @param listener called on their threads: must not block; takes the place of the one before
     */
    public void onListenerTime(LongConsumer listener) {
        listenerTime = requireNonNull(listener, "listener");
    }

    /**
     * From now on tells how long each acknowledgement of a client took, in nanoseconds.
     *
     * @param listener called as listeners are: must not block; takes the place of the one before
     */
    public void onAckTime(LongConsumer listener) {
        ackTime = requireNonNull(listener, "listener");
    }

    /** {@code null} if nobody wants to know. */
    @Nullable
    LongConsumer listenerTime() {
        return listenerTime;
    }

    void acknowledged(long sentAtNanos) {
        LongConsumer listener = ackTime;
        if (listener != null) {
            listener.accept(System.nanoTime() - sentAtNanos);
        }
    }
}
