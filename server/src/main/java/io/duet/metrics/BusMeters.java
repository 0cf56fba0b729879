package io.duet.metrics;

import static io.duet.metrics.Meters.name;
import static io.duet.metrics.Meters.tag;

import io.duet.adapter.BusStatistics;
import io.duet.adapter.BusStatistics.Direction;
import io.duet.adapter.BusStatistics.Discard;
import java.util.function.LongConsumer;

/** The connection to the cluster. */
final class BusMeters {
    private BusMeters() {}

    static void bind(Meters meters, BusStatistics bus) {
        meters.gauge(name("bus.connected", "1 while all is subscribed"), bus, source -> source.connected() ? 1 : 0);
        meters.gauge(name("bus.subscriptions", "Channels and patterns listened to"), bus, BusStatistics::subscriptions);
        meters.counter(name("bus.published", "Messages that Redis has taken"), bus, BusStatistics::published);
        meters.counter(name("bus.received", "Messages that have come"), bus, BusStatistics::received);
        meters.counter(name("bus.delivered", "Messages handed to somebody here"), bus, BusStatistics::delivered);
        for (Discard why : Discard.values()) {
            meters.counter(
                    name("bus.discarded", "Messages that came for nothing", "reason", tag(why)),
                    bus,
                    source -> source.discarded(why));
        }
        for (Direction direction : Direction.values()) {
            bind(meters, bus, direction);
        }
        meters.counter(name("bus.retries", "Messages sent again"), bus, BusStatistics::retries);
        meters.counter(name("bus.lost", "Times that the connection was lost"), bus, BusStatistics::lost);
        meters.counter(
                name("bus.resubscriptions", "Channels and patterns subscribed anew"),
                bus,
                BusStatistics::resubscriptions);
        meters.counter(name("bus.gaps", "Times that messages may have been missed"), bus, BusStatistics::gaps);
        LongConsumer self = latency(meters, "self");
        LongConsumer node = latency(meters, "node");
        bus.onLatency((own, nanos) -> (own ? self : node).accept(nanos));
    }

    private static void bind(Meters meters, BusStatistics bus, Direction direction) {
        String[] tags = {"direction", tag(direction)};
        meters.gauge(
                name("bus.queue.messages", "Messages that wait", tags),
                bus,
                source -> source.queuedMessages(direction));
        meters.gauge(
                name("bus.queue.bytes", "Bytes of messages that wait", tags),
                bus,
                source -> source.queuedBytes(direction));
        meters.counter(name("bus.dropped", "Messages given up", tags), bus, source -> source.dropped(direction));
    }

    private static LongConsumer latency(Meters meters, String to) {
        return meters.histogram(name("bus.latency", "From publishing to delivery", "to", to));
    }
}
