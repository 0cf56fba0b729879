package io.duet.adapter;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sockets of one namespace on this node, and its server-side listeners. Implemented by the server, called by its adapter from any thread. */
public interface LocalSockets {
    /** Every accepted socket of the namespace on this node: a live view, safe to iterate while sockets come and go. */
    Collection<? extends LocalSocket> all();

    /** How the application's values are written. */
    ObjectMapper mapper();

    /** Whether, and how, clients that lost their connection can be restored. */
    Optional<RecoveryOptions> recovery();

    /** Of which rooms the past is kept. */
    HistoryOptions history();

    /**
     * An event loop for the adapter's own connections, which works hand in hand with those of the clients; nothing by default. Nothing on it may
     * block. It lives longer than the adapter.
     */
    default Optional<ScheduledExecutorService> eventLoop() {
        return Optional.empty();
    }

    /**
     * Sends an event to sockets of this node. The packet is encoded once, before this returns; each receiver that is still connected gets it
     * behind all that was sent to it before. At most once: what a dying session has queued is lost.
     *
     * @throws IllegalArgumentException if the packet cannot be encoded; nobody gets it then
     */
    void deliver(EventPacket packet, BroadcastFlags flags, Collection<? extends LocalSocket> receivers);

    /**
     * The same, asking each receiver for an acknowledgement. {@link AckCollector#clients} is called before this returns, then
     * {@link AckCollector#answer} for each receiver that answers within {@link BroadcastFlags#timeout()}; after that the request is forgotten.
     */
    void deliverWithAck(
            EventPacket packet,
            BroadcastFlags flags,
            Collection<? extends LocalSocket> receivers,
            AckCollector collector);

    /**
     * Another node's {@code serverSideEmit}: calls the namespace's listeners of that event.
     *
     * @param data event name and arguments
     * @param answer takes what this node answers, of which only the first travels; absent if no answer is wanted
     */
    void serverSide(List<@Nullable Object> data, @Nullable Consumer<List<@Nullable Object>> answer);
}
