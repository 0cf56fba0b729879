package io.duet.bench;

import io.duet.app.bench.Latencies;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Work with one server, offered once or several times; all state is on the load's thread. */
abstract class Run {
    private static final double MIN_TICK_NANOS = 100_000;
    private static final long DRAIN_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    final Load load;
    private boolean offering;
    private long offers;
    private long offered;
    private long done;
    private long readsBefore;
    private Latencies latencies = new Latencies();

    /**
     * How far it has come.
     *
     * @param offers how often work was offered
     * @param offered units in them
     * @param done units of them that are done
     */
    record Progress(long offers, long offered, long done) {
        long underWay() {
            return offered - done;
        }
    }

    /** How far it had come after half of the time and in the end. */
    record Offered(Progress half, Progress end) {}

    Run(Load load) {
        this.load = load;
    }

    /** Offers a piece of work, and tells how many units it has. */
    abstract int offerNext();

    /** Offers the first pieces of work that are followed by others as they are done. */
    int offerFirst() {
        throw new UnsupportedOperationException("rate: 0 (expected: > 0)");
    }

    /** Whether something that is no unit of this work has not come yet. */
    boolean othersUnderWay() {
        return false;
    }

    /** A unit is done. */
    final void done(long sentAt) {
        done++;
        latencies.record(Message.now() - sentAt);
    }

    /** A unit is done, and another is offered in its place unless it is a rate that tells when. */
    final boolean followed() {
        if (offering) {
            offers++;
            offered++;
        }
        return offering;
    }

    /**
     * Offers work for a while; when this returns, some of it may still be under way.
     *
     * @param perSecond pieces of work; 0: the next when the last is done
     */
    final Offered offer(double perSecond, int seconds) {
        load.await(() -> {
            offers = 0;
            offered = 0;
            done = 0;
            latencies = new Latencies();
            readsBefore = load.reads();
            offering = perSecond == 0;
            offered = offering ? offerFirst() : 0;
            return true;
        });
        ScheduledFuture<?> pace = null;
        if (perSecond > 0) {
            long tick = (long) Math.ceil(Math.max(MIN_TICK_NANOS, 1e9 / perSecond));
            long start = System.nanoTime();
            pace = load.loop().scheduleAtFixedRate(() -> offerDue(start, perSecond), 0, tick, TimeUnit.NANOSECONDS);
        }
        PeerProcess.pause(seconds * 500L);
        Progress half = load.await(this::progress);
        PeerProcess.pause(seconds * 500L);
        ScheduledFuture<?> ended = pace;
        Progress end = load.await(() -> {
            offering = false;
            if (ended != null) {
                ended.cancel(false);
            }
            return progress();
        });
        return new Offered(half, end);
    }

    /** Before the measurement. */
    final void warmUp(WarmUp how, double perSecond) {
        how.with(
                (rate, seconds) -> {
                    offer(rate, seconds);
                    drain();
                },
                perSecond);
    }

    private Progress progress() {
        return new Progress(offers, offered, done);
    }

    /** Waits until all that was offered is done. */
    final void drain() {
        long deadline = System.nanoTime() + DRAIN_LIMIT_NANOS;
        while (load.await(() -> done < offered || othersUnderWay())) {
            load.check();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(done + " of " + offered + " came");
            }
            PeerProcess.pause(5);
        }
        load.check();
    }

    final long reads() {
        return load.await(() -> load.reads() - readsBefore);
    }

    /** Of what is done since work was last offered. */
    final Latencies latencies() {
        return latencies;
    }

    /** What was due since the start and was not offered yet: a tick that is late has more. */
    private void offerDue(long start, double perSecond) {
        try {
            long due = 1 + (long) ((System.nanoTime() - start) * perSecond / 1e9);
            while (offers < due) {
                offers++;
                offered += offerNext();
            }
        } catch (RuntimeException e) {
            load.fail(e);
        }
    }
}
