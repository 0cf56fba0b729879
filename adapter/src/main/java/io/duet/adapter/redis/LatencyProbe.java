package io.duet.adapter.redis;

import io.duet.adapter.BusStatistics.LatencyListener;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

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
            bus.subscribe(pongPrefix + id + "#", this::onPong);
            bus.subscribe(pingChannel, this::onPing);
        }
        if (ticks++ % TICKS_PER_PING == 0 && bus.isReady()) {
            bus.countSubscribers(pingChannel).thenAccept(this::ping);
        }
    }

    private void ping(int listeners) {
        publish(pingChannel, id + " " + System.nanoTime() + " " + listeners);
    }

    private void onPing(String channel, byte[] payload) {
        String[] fields = new String(payload, StandardCharsets.US_ASCII).split(" ", -1);
        if (fields.length != 3) {
            return;
        }
        if (fields[0].equals(id)) {
            measured(true, System.nanoTime() - Long.parseLong(fields[1]));
        } else if (ThreadLocalRandom.current().nextInt(Math.max(1, Integer.parseInt(fields[2]) - 1)) == 0) {
            // One answer a ping, on average: what all this costs must not grow with the square of the nodes.
            publish(pongPrefix + fields[0] + "#", fields[1]);
        }
    }

    private void onPong(String channel, byte[] payload) {
        long sentAt = Long.parseLong(new String(payload, StandardCharsets.US_ASCII));
        measured(false, (System.nanoTime() - sentAt) / 2);
    }

    private void measured(boolean own, long nanos) {
        @Nullable LatencyListener listener = counters.latency();
        if (listener != null) {
            listener.measured(own, nanos);
        }
    }

    private void publish(String channel, String text) {
        bus.publish(channel, text.getBytes(StandardCharsets.US_ASCII));
    }
}
