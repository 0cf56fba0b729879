package io.duet.socketio;

import io.duet.adapter.AckCollector;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The acknowledgements of this node's share of a broadcast. What is not answered within the limit is forgotten. */
final class LocalAcks implements PendingAck {
    private final long ackId;
    private final AckCollector collector;
    private final NamespaceCounters counters;
    private final Duration limit;
    private final long sentAtNanos = System.nanoTime();
    private final List<Socket> asked = new ArrayList<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile @Nullable Future<?> timer;

    LocalAcks(long ackId, AckCollector collector, NamespaceCounters counters, Duration limit) {
        this.ackId = ackId;
        this.collector = collector;
        this.counters = counters;
        this.limit = limit;
    }

    void expect(Socket socket) {
        asked.add(socket);
        unanswered.incrementAndGet();
        socket.acks().add(ackId, this);
    }

    void allAsked() {
        collector.clients(asked.size());
        if (!asked.isEmpty()) {
            timer = GlobalEventExecutor.INSTANCE.schedule(this::forget, limit.toMillis(), TimeUnit.MILLISECONDS);
            cancelIfDone();
        }
    }

    @Override
    public void answered(List<@Nullable Object> values) {
        counters.acknowledged(sentAtNanos);
        collector.answer(values);
        unanswered.decrementAndGet();
        cancelIfDone();
    }

    @Override
    public void lost() {
        unanswered.decrementAndGet();
        cancelIfDone();
    }

    private void cancelIfDone() {
        Future<?> waiting = timer;
        if (waiting != null && unanswered.get() == 0) {
            waiting.cancel(false);
        }
    }

    private void forget() {
        asked.forEach(socket -> socket.acks().remove(ackId));
    }
}
