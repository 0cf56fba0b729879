package io.duet.adapter.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Publishes in order, a batch at a time, and repeats what failed.
 *
 * <p>One batch is under way at a time, so that a connection pool cannot reorder and a retry cannot overtake. A batch that fails as a whole
 * stays at the head and is tried again, one message at a time until one gets through, since its beginning may have been executed. A message
 * that nobody received although this node itself is subscribed was published where the subscription is not back yet: it alone is repeated.
 * What waits longer than the limit, or does not fit the bound, is given up and counted. Guarded by itself.
 */
final class OrderedPublisher {
    /** Sends a batch; the result has the number of receivers of each message. */
    interface Transport {
        CompletionStage<List<Long>> send(List<Message> batch);
    }

    /** What waits. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is all that messages are compared by.
    record Message(String channel, byte[] payload, boolean heardHere, long expiresAtNanos) {
        int sizeBytes() {
            return payload.length + channel.length() + 64;
        }
    }

    private static final int BATCH_MESSAGES = 128;
    private static final long RETRY_MILLIS = 30;

    private final Transport transport;
    private final Executor retryLater;
    private final long maxWaitNanos;
    private final long maxQueuedBytes;
    private final LongSupplier nanoClock;
    private final Observer observer;
    private final Deque<Message> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean sending;
    private boolean recovering;
    private boolean closed;

    /** What happens to messages. */
    interface Observer {
        void dropped(int messages);

        /** A batch did not get through. */
        void failing();

        /** One got through after others did not. */
        void recovered();
    }

    OrderedPublisher(Transport transport, Duration maxWait, long maxQueuedBytes, Observer observer) {
        this.transport = transport;
        this.retryLater = CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS);
        this.maxWaitNanos = maxWait.toNanos();
        this.maxQueuedBytes = maxQueuedBytes;
        this.nanoClock = System::nanoTime;
        this.observer = observer;
    }

    void publish(String channel, byte[] payload, boolean heardHere) {
        Message message = new Message(channel, payload, heardHere, nanoClock.getAsLong() + maxWaitNanos);
        boolean full;
        synchronized (this) {
            full = closed || queuedBytes + message.sizeBytes() > maxQueuedBytes;
            if (!full) {
                queue.add(message);
                queuedBytes += message.sizeBytes();
            }
        }
        if (full) {
            observer.dropped(1);
        } else {
            sendNext();
        }
    }

    synchronized long queuedBytes() {
        return queuedBytes;
    }

    synchronized void close() {
        closed = true;
        queue.clear();
        queuedBytes = 0;
    }

    private void sendNext() {
        List<Message> batch;
        synchronized (this) {
            if (sending || queue.isEmpty()) {
                return;
            }
            sending = true;
            batch = head(recovering ? 1 : BATCH_MESSAGES);
        }
        CompletionStage<List<Long>> result;
        try {
            result = transport.send(batch);
        } catch (RuntimeException e) {
            result = CompletableFuture.failedStage(e);
        }
        result.whenComplete((receivers, failure) -> onSent(batch, failure == null ? receivers : List.of()));
    }

    private List<Message> head(int most) {
        List<Message> batch = new ArrayList<>();
        for (Message message : queue) {
            if (batch.size() == most) {
                break;
            }
            batch.add(message);
        }
        return batch;
    }

    /** @param receivers of each message; empty if the batch failed */
    private void onSent(List<Message> batch, List<Long> receivers) {
        boolean failed;
        boolean wasRecovering;
        int expired = 0;
        synchronized (this) {
            if (closed) {
                return;
            }
            if (!receivers.isEmpty()) {
                settle(batch, receivers);
            }
            failed = !queue.isEmpty() && batch.contains(queue.element());
            expired = dropExpired();
            wasRecovering = recovering;
            recovering = failed;
            sending = false;
        }
        if (expired > 0) {
            observer.dropped(expired);
        }
        if (failed) {
            if (!wasRecovering) {
                observer.failing();
            }
            retryLater.execute(this::sendNext);
            return;
        }
        if (wasRecovering) {
            observer.recovered();
        }
        sendNext();
    }

    /** Takes what got through off the queue; what did not is at its head again, in its order. */
    private void settle(List<Message> batch, List<Long> receivers) {
        Deque<Message> lost = new ArrayDeque<>();
        for (int i = 0; i < batch.size(); i++) {
            Message message = queue.remove();
            if (isLost(message, receivers.get(i))) {
                lost.push(message);
            } else {
                queuedBytes -= message.sizeBytes();
            }
        }
        lost.forEach(queue::addFirst);
    }

    private static boolean isLost(Message message, long receivers) {
        return message.heardHere() && receivers == 0;
    }

    private int dropExpired() {
        int expired = 0;
        while (!queue.isEmpty() && queue.element().expiresAtNanos() - nanoClock.getAsLong() < 0) {
            queuedBytes -= queue.remove().sizeBytes();
            expired++;
        }
        return expired;
    }
}
