package io.duet.metrics;

import static io.duet.metrics.Meters.name;

import io.duet.adapter.presence.PresenceCounts;
import io.duet.socketio.Presence;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;

/** One namespace's users. Its figures belong together: they are asked for once and good for a moment. */
final class PresenceMeters {
    private static final long GOOD_FOR_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** They come from memory, unless Redis has been away from the beginning. */
    private static final long WAIT_MILLIS = 200;

    private final Presence presence;
    private PresenceCounts counts = new PresenceCounts(0, 0, 0, 0, 0, Duration.ZERO);
    private long askedAtNanos = System.nanoTime() - GOOD_FOR_NANOS;

    private PresenceMeters(Presence presence) {
        this.presence = presence;
    }

    static void bind(Meters meters, Presence presence) {
        PresenceMeters figures = new PresenceMeters(presence);
        String[] tags = {"namespace", presence.namespace().name()};
        meters.gauge(name("presence.users", "Users online", tags), presence, figures.figure(PresenceCounts::users));
        meters.gauge(
                name("presence.sockets", "Their sockets", tags), presence, figures.figure(PresenceCounts::sockets));
        meters.counter(
                name("presence.transitions", "Users that came, went, joined or left", tags),
                presence,
                figures.figure(PresenceCounts::transitions));
        meters.counter(
                name("presence.missed", "Transitions that slow listeners were not told of", tags),
                presence,
                figures.figure(PresenceCounts::missed));
        meters.counter(
                name("presence.repairs", "Times that all was registered or read anew", tags),
                presence,
                figures.figure(PresenceCounts::repairs));
        meters.gauge(
                name("presence.lag.seconds", "How old the oldest entry was when last read", tags),
                presence,
                figures.figure(now -> now.lag().toMillis() / 1e3));
        meters.gauge(
                name("presence.stale", "1 while the log cannot be reached", tags),
                presence,
                source -> source.isStale() ? 1 : 0);
    }

    private ToDoubleFunction<Presence> figure(ToDoubleFunction<PresenceCounts> which) {
        return source -> which.applyAsDouble(counts());
    }

    private synchronized PresenceCounts counts() {
        long now = System.nanoTime();
        if (now - askedAtNanos >= GOOD_FOR_NANOS) {
            try {
                counts = presence.counts().toCompletableFuture().get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                // It has ended, or knows nothing yet: the figures stay.
            }
            askedAtNanos = now;
        }
        return counts;
    }
}
