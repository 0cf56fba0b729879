package io.duet.adapter.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Publishes in order, a batch at a time, and repeats what failed.
 *
 * <p>One batch is under way at a time, so that a retry cannot overtake. What of a batch is not known to have got through stays at the head and
 * is sent again: it arrives twice if it had. What waits longer than the limit, or does not fit the bound, is given up and
 * counted. Guarded by itself.
 */
final class OrderedPublisher {
    /** Sends a batch. */
    interface Transport {
        /** @return those of the batch that have not got through, in their order: they are to be sent again. Failed: all of it */
        CompletionStage<List<Outgoing>> send(List<Outgoing> batch);
    }

    private record Waiting(Outgoing message, long expiresAtNanos) {
        int sizeBytes() {
            return message.sizeBytes();
        }
    }

    private static final int BATCH_MESSAGES = 128;
    private static final long RETRY_MILLIS = 30;

    private final Transport transport;
    private final long maxWaitNanos;
    private final long maxQueuedBytes;
    private final Observer observer;
    private final Executor retryLater;
    private final LongSupplier nanoClock;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private long queuedBytes;

    /** A batch is under way, or waits to be tried again. */
    private boolean sending;

    private boolean draining;
    private CompletableFuture<Void> drained = new CompletableFuture<>();

    /** What happens to messages. */
    interface Observer {
        void dropped(int messages);
    }

    OrderedPublisher(Transport transport, Duration maxWait, long maxQueuedBytes, Observer observer) {
        this(
                transport,
                maxWait,
                maxQueuedBytes,
                observer,
                CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS),
                System::nanoTime);
    }

    /** For tests, which have a time of their own. */
    OrderedPublisher(
            Transport transport,
            Duration maxWait,
            long maxQueuedBytes,
            Observer observer,
            Executor retryLater,
            LongSupplier nanoClock) {
        this.transport = transport;
        this.maxWaitNanos = maxWait.toNanos();
        this.maxQueuedBytes = maxQueuedBytes;
        this.observer = observer;
        this.retryLater = retryLater;
        this.nanoClock = nanoClock;
    }

    void publish(Outgoing message) {
        publish(message, false);
    }

    /** Publishes what another has taken; also while draining. */
    void takeOver(Outgoing message) {
        publish(message, true);
    }

    private void publish(Outgoing message, boolean taken) {
        Waiting waiting = new Waiting(message, nanoClock.getAsLong() + maxWaitNanos);
        boolean full;
        synchronized (this) {
            full = (draining && !taken) || queuedBytes + message.sizeBytes() > maxQueuedBytes;
            if (!full) {
                queue.add(waiting);
                queuedBytes += message.sizeBytes();
            }
        }
        if (full) {
            observer.dropped(1);
        } else {
            sendNext();
        }
    }

    synchronized int queuedMessages() {
        return queue.size();
    }

    synchronized long queuedBytes() {
        return queuedBytes;
    }

    /**
     * Takes nothing any more, but from others.
     *
     * @return done when all that was taken has got through or been given up
     */
    synchronized CompletableFuture<Void> drain() {
        draining = true;
        if (drained.isDone()) {
            drained = new CompletableFuture<>();
        }
        if (queue.isEmpty()) {
            drained.complete(null);
        }
        return drained;
    }

    private void sendNext() {
        List<Outgoing> batch;
        synchronized (this) {
            if (sending || queue.isEmpty()) {
                return;
            }
            sending = true;
            batch = head();
        }
        CompletionStage<List<Outgoing>> result;
        try {
            result = transport.send(batch);
        } catch (RuntimeException e) {
            result = CompletableFuture.failedStage(e);
        }
        result.whenComplete((left, failure) -> onSent(batch, failure == null ? left : batch));
    }

    private List<Outgoing> head() {
        return queue.stream().limit(BATCH_MESSAGES).map(Waiting::message).toList();
    }

    private void onSent(List<Outgoing> tried, List<Outgoing> left) {
        int expired = 0;
        CompletableFuture<Void> done = null;
        synchronized (this) {
            keep(left, tried.size());
            // Only what has been tried in vain: what is behind may still be in time when it is tried.
            while (!left.isEmpty() && isExpired()) {
                queuedBytes -= queue.remove().sizeBytes();
                expired++;
            }
            if (draining && queue.isEmpty()) {
                done = drained;
            }
        }
        if (expired > 0) {
            observer.dropped(expired);
        }
        if (left.size() == tried.size() && done == null) {
            retryLater.execute(this::sendAgain);
        } else {
            sendAgain();
        }
        if (done != null) {
            done.complete(null);
        }
    }

    /** Of so many at the head, these only. */
    private void keep(List<Outgoing> left, int tried) {
        Set<Outgoing> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        wanted.addAll(left);
        Deque<Waiting> kept = new ArrayDeque<>(left.size());
        for (int i = 0; i < tried; i++) {
            Waiting waiting = queue.remove();
            if (wanted.contains(waiting.message())) {
                kept.push(waiting);
            } else {
                queuedBytes -= waiting.sizeBytes();
            }
        }
        kept.forEach(queue::addFirst);
    }

    private void sendAgain() {
        synchronized (this) {
            sending = false;
        }
        sendNext();
    }

    private boolean isExpired() {
        return !queue.isEmpty() && queue.element().expiresAtNanos() - nanoClock.getAsLong() < 0;
    }
}
