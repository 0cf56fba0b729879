package io.duet.metrics;

import static io.duet.metrics.Meters.name;
import static io.duet.metrics.Meters.tag;

import io.duet.socketio.DisconnectReason;
import io.duet.socketio.NamespaceCounters;
import io.duet.socketio.ServerCounters;

/** Namespaces, their sockets, what these say. */
final class SocketMeters {
    private SocketMeters() {}

    static void bind(Meters meters, ServerCounters counters) {
        String refused = "Sockets that were not accepted";
        meters.counter(
                name("connects.refused", refused, "reason", "middleware"),
                counters,
                ServerCounters::refusedByMiddlewares);
        meters.counter(
                name("connects.refused", refused, "reason", "namespace"), counters, ServerCounters::unknownNamespaces);
        counters.onNamespace(namespace -> bind(meters, namespace));
    }

    private static void bind(Meters meters, NamespaceCounters namespace) {
        String[] tags = {"namespace", namespace.name()};
        meters.gauge(name("sockets", "Sockets connected now", tags), namespace, NamespaceCounters::sockets);
        meters.gauge(name("rooms", "Rooms with a member here", tags), namespace, NamespaceCounters::rooms);
        meters.counter(name("connects", "Sockets accepted", tags), namespace, NamespaceCounters::connects);
        String returned = "Clients that came back to be recovered";
        meters.counter(
                name("recoveries", returned, tags[0], tags[1], "outcome", "recovered"),
                namespace,
                NamespaceCounters::recovered);
        meters.counter(
                name("recoveries", returned, tags[0], tags[1], "outcome", "new"),
                namespace,
                NamespaceCounters::notRecovered);
        meters.counter(
                name("events.received", "Events of clients", tags), namespace, NamespaceCounters::eventsReceived);
        meters.counter(
                name("events.sent", "Events sent, one for each receiver", tags),
                namespace,
                NamespaceCounters::eventsSent);
        for (DisconnectReason reason : DisconnectReason.values()) {
            meters.counter(
                    name("disconnects", "Sockets that have left", tags[0], tags[1], "reason", tag(reason)),
                    namespace,
                    source -> source.disconnects(reason));
        }
        namespace.onListenerTime(meters.histogram(name("listener", "What the listeners of one event took", tags)));
        namespace.onAckTime(meters.histogram(name("ack", "From sending an event to its acknowledgement", tags)));
    }
}
