package io.duet.adapter;

import io.duet.adapter.presence.LocalPresenceLog;
import io.duet.adapter.presence.PresenceLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Makes the adapter of each namespace. One factory serves one server. */
@FunctionalInterface
public interface AdapterFactory {
    /**
     * @param namespace full name with the leading slash
     * @param sockets the namespace's sockets; outlives the adapter
     */
    Adapter create(String namespace, LocalSockets sockets);

    /** How the node's connection to its cluster fares; empty for a node that has none, the default. */
    default Optional<BusStatistics> statistics() {
        return Optional.empty();
    }

    /**
     * Where the nodes of this cluster tell each other of a namespace's users. Used while the namespace's adapter is open.
     *
     * @param lease how long a node is taken for alive after its last sign of life; meaningless for a node that is alone, the default
     */
    default PresenceLog presenceLog(String namespace, Duration lease) {
        return new LocalPresenceLog(InstantSource.system());
    }
}
