package io.duet.metrics;

import static io.duet.metrics.Meters.name;
import static io.duet.metrics.Meters.tag;

import io.duet.engineio.CloseReason;
import io.duet.engineio.EngineCounters;
import io.duet.engineio.EngineError;
import io.duet.engineio.EngineServer;
import io.duet.engineio.TransportName;

/** Sessions and what passes through them. */
final class EngineMeters {
    private EngineMeters() {}

    static void bind(Meters meters, EngineServer engine) {
        EngineCounters counters = engine.counters();
        for (TransportName transport : TransportName.values()) {
            bind(meters, engine, transport);
        }
        for (CloseReason reason : CloseReason.values()) {
            meters.counter(
                    name("sessions.closed", "Sessions that have ended", "reason", tag(reason)),
                    counters,
                    source -> source.closed(reason));
        }
        String refused = "Requests that opened no session and reached none";
        for (EngineError error : EngineError.values()) {
            meters.counter(
                    name("requests.refused", refused, "error", tag(error)), counters, source -> source.refused(error));
        }
        meters.counter(
                name("requests.refused", refused, "error", "unavailable"), counters, EngineCounters::unavailable);
        meters.counter(
                name("sessions.upgraded", "Sessions that went from polling to WebSocket"),
                counters,
                EngineCounters::upgraded);
        meters.counter(
                name("slow.consumers.closed", "Sessions closed because too much waited for them"),
                counters,
                EngineCounters::slowConsumers);
        meters.gauge(name("queued.bytes", "Bytes that wait for clients"), engine, EngineServer::queuedBytes);
        counters.onHeartbeatLag(meters.histogram(name("heartbeat.lag", "How late pings leave")));
    }

    private static void bind(Meters meters, EngineServer engine, TransportName transport) {
        String[] tags = {"transport", transport.text()};
        EngineCounters counters = engine.counters();
        meters.gauge(name("sessions", "Clients connected now", tags), engine, source -> source.clientsCount(transport));
        meters.counter(
                name("sessions.opened", "Handshakes accepted", tags), counters, source -> source.opened(transport));
        meters.counter(
                name("received.bytes", "Payload received", tags), counters, source -> source.receivedBytes(transport));
        meters.counter(name("sent.bytes", "Payload sent", tags), counters, source -> source.sentBytes(transport));
    }
}
