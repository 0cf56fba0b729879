package io.duet.engineio;

import io.duet.engineio.codec.ProtocolRevision;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a peer is gone. In revision 4 the server pings, one ping interval after the last answer, and waits one ping timeout for the
 * next; in revision 3 the client pings and the server waits for both together (engine.io-protocol v4, "Heartbeat"; v3, "Timeouts"). One timer
 * at a time, on the session's event loop.
 */
final class Heartbeat implements Runnable {
    /** A late ping costs its peer at most this part of the ping timeout. */
    private static final int LATENESS_DIVISOR = 10;

    /** What the session does. */
    interface Actions {
        /** @param lateNanos how long ago it was due */
        void sendPing(long lateNanos);

        void onMissed();

        /** Whether nothing is read from the peer now, so that its answer could not be seen. */
        boolean isDeaf();
    }

    private final EventLoop loop;
    private final ProtocolRevision revision;
    private final Actions actions;
    private final EngineOptions options;

    /** Whether the peer is to be heard of before the timer is due, or it is gone. */
    private boolean awaitingPeer;

    private boolean deadlineMovable;
    private long pingDueNanos;
    private @Nullable ScheduledFuture<?> timer;

    Heartbeat(EventLoop loop, ProtocolRevision revision, EngineOptions options, Actions actions) {
        this.loop = loop;
        this.revision = revision;
        this.actions = actions;
        this.options = options;
    }

    void start() {
        if (revision == ProtocolRevision.V3) {
            awaitingPeer = true;
            await(intervalMillis() + timeoutMillis());
        } else {
            schedulePing();
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Revision 4: the peer has answered. */
    void onPong() {
        if (awaitingPeer) {
            awaitingPeer = false;
            schedulePing();
        }
    }

    /** Revision 3: the peer has sent a ping. */
    void onPing() {
        await(intervalMillis() + timeoutMillis());
    }

    /** A big upload must not kill a session that is alive; once only, or a peer could do without heartbeats. */
    void onOtherPacket() {
        if (awaitingPeer && deadlineMovable) {
            deadlineMovable = false;
            await(timeoutMillis());
        }
    }

    /** The timer is due. */
    @Override
    public void run() {
        if (awaitingPeer) {
            miss();
        } else {
            ping();
        }
    }

    private void schedulePing() {
        pingDueNanos = loop.ticker().nanoTime() + TimeUnit.MILLISECONDS.toNanos(intervalMillis());
        schedule(intervalMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * The deadline counts from when the ping was due, as the peer's own does, so that the delays of two timers do not add up. Only a small
     * part, though: a pause of this process must not leave a peer without time to answer.
     */
    private void ping() {
        awaitingPeer = true;
        deadlineMovable = true;
        long late = Math.max(0, loop.ticker().nanoTime() - pingDueNanos);
        actions.sendPing(late);
        long timeout = TimeUnit.MILLISECONDS.toNanos(timeoutMillis());
        schedule(timeout - Math.min(late, timeout / LATENESS_DIVISOR), TimeUnit.NANOSECONDS);
    }

    private void await(long millis) {
        schedule(millis, TimeUnit.MILLISECONDS);
    }

    private void miss() {
        if (actions.isDeaf()) {
            await(revision == ProtocolRevision.V3 ? intervalMillis() + timeoutMillis() : timeoutMillis());
        } else {
            actions.onMissed();
        }
    }

    private void schedule(long delay, TimeUnit unit) {
        stop();
        timer = loop.schedule(this, delay, unit);
    }

    private long intervalMillis() {
        return options.pingInterval().toMillis();
    }

    private long timeoutMillis() {
        return options.pingTimeout().toMillis();
    }
}
