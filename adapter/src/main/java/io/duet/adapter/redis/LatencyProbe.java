package io.duet.adapter.redis;

import io.duet.adapter.BusStatistics.Discard;
import io.duet.adapter.BusStatistics.LatencyListener;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Measures what messages of this cluster take: a ping to all nodes that measure, which one of them answers. Both pass the queues that all other
 * messages pass. A ping carries its sender's clock, which comes back unread, so that clocks need not agree.
 *
 * <p>The channels are Duet's own: no pattern or name that a Node server subscribes to covers them.
 *
 * <pre>
 * {key}-duet-ping#       sender's id, sender's clock, how many listen; in decimal, with blanks between
 * {key}-duet-pong#{id}#  the clock, as it came
 * </pre>
 */
final class LatencyProbe {
    private static final int TICKS_PER_PING = 5;

    private final Bus bus;
    private final BusCounters counters;
    private final String pingChannel;
    private final String pongPrefix;
    private final String id = ShortId.next();
    private boolean listening;
    private int ticks;

    LatencyProbe(Bus bus, BusCounters counters, String key) {
        this.bus = bus;
        this.counters = counters;
        this.pingChannel = key + "-duet-ping#";
        this.pongPrefix = key + "-duet-pong#";
    }

    /** Called each second, on one thread. */
    void tick() {
        if (counters.latency() == null) {
            return;
        }
        if (!listening) {
            listening = true;
            bus.subscribe(pongPrefix + id + "#", (channel, payload) -> read(payload, this::onPong));
            bus.subscribe(pingChannel, (channel, payload) -> read(payload, this::onPing));
        }
        if (ticks++ % TICKS_PER_PING == 0 && bus.isReady()) {
            bus.countSubscribers(pingChannel).thenAccept(this::ping);
        }
    }

    private void ping(int listeners) {
        publish(pingChannel, id + " " + System.nanoTime() + " " + listeners);
    }

    /** Anybody may publish there: what is no number, or too few of them, is passed over. */
    private void read(byte[] payload, Consumer<String> reader) {
        try {
            reader.accept(new String(payload, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            counters.discard(Discard.MALFORMED);
        }
    }

    private void onPing(String ping) {
        String[] fields = ping.split(" ", -1);
        if (fields.length != 3) {
            throw new NumberFormatException(fields.length + " fields (expected: 3)");
        }
        long sentAt = Long.parseLong(fields[1]);
        int others = Integer.parseInt(fields[2]) - 1;
        if (fields[0].equals(id)) {
            measured(true, System.nanoTime() - sentAt);
        } else if (ThreadLocalRandom.current().nextInt(Math.max(1, others)) == 0) {
            // One answer a ping, on average: what all this costs must not grow with the square of the nodes.
            publish(pongPrefix + fields[0] + "#", fields[1]);
        }
    }

    private void onPong(String clock) {
        measured(false, (System.nanoTime() - Long.parseLong(clock)) / 2);
    }

    private void measured(boolean own, long nanos) {
        LatencyListener listener = counters.latency();
        if (listener != null) {
            listener.measured(own, nanos);
        }
    }

    private void publish(String channel, String text) {
        bus.publish(channel, text.getBytes(StandardCharsets.US_ASCII));
    }
}
