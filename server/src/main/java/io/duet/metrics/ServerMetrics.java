package io.duet.metrics;

import static java.util.Objects.requireNonNull;

import io.duet.socketio.Server;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of a {@link Server}: its sessions, its namespaces, its connection to the cluster, presence. Their names, units and tags are in
 * {@code server/docs/operations.md}.
 *
 * <pre>{@code
 * new ServerMetrics(io).bindTo(registry);
 * }</pre>
 *
 * <p>The server counts whether or not it is bound; times are measured from then on, for one registry: for several, bind a composite one. Namespaces
 * that come later are bound when they come, but children of a parent are counted together, under its pattern. In a cluster, nodes begin to measure
 * each other ({@code duet.bus.latency}).
 */
public final class ServerMetrics implements MeterBinder {
    private final Server server;
    private final Tags tags;

    public ServerMetrics(Server server) {
        this(server, Tags.empty());
    }

    /** @param tags for all meters: needed where several servers have one registry */
    public ServerMetrics(Server server, Iterable<Tag> tags) {
        this.server = requireNonNull(server, "server");
        this.tags = Tags.of(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters meters = new Meters(registry, tags);
        EngineMeters.bind(meters, server.engine());
        SocketMeters.bind(meters, server.counters());
        server.options().adapters().statistics().ifPresent(statistics -> BusMeters.bind(meters, statistics));
        server.counters().onPresence(presence -> PresenceMeters.bind(meters, presence));
    }
}
