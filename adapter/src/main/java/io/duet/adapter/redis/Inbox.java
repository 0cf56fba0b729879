package io.duet.adapter.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** What has arrived and is handled one at a time, in the order of arrival, on the executor; bounded in bytes. Guarded by itself. */
final class Inbox {
    /** Of one message. */
    @SuppressWarnings("ArrayRecordComponent") // Nothing compares them.
    record Arrival(String topic, String channel, byte[] payload) {
        int sizeBytes() {
            return payload.length + channel.length() + 64;
        }
    }

    /** After so many messages the thread is left to what else it has to do, such as reading more of them. */
    private static final int TURN = 64;

    private final long maxBytes;
    private final Executor executor;
    private final Consumer<Arrival> handler;
    private final Deque<Arrival> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean draining;

    /** @param handler must not throw */
    Inbox(long maxBytes, Executor executor, Consumer<Arrival> handler) {
        this.maxBytes = maxBytes;
        this.executor = executor;
        this.handler = handler;
    }

    /** @return whether it fits; else it is forgotten */
    boolean offer(Arrival arrival) {
        boolean start;
        synchronized (this) {
            if (queuedBytes + arrival.sizeBytes() > maxBytes) {
                return false;
            }
            queue.add(arrival);
            queuedBytes += arrival.sizeBytes();
            start = !draining;
            draining = true;
        }
        if (start) {
            executor.execute(this::drain);
        }
        return true;
    }

    synchronized int queuedMessages() {
        return queue.size();
    }

    synchronized long queuedBytes() {
        return queuedBytes;
    }

    private void drain() {
        for (int handled = 0; handled < TURN; handled++) {
            Arrival arrival;
            synchronized (this) {
                arrival = queue.peek();
                if (arrival == null) {
                    draining = false;
                    return;
                }
            }
            handler.accept(arrival);
            synchronized (this) {
                queue.remove();
                queuedBytes -= arrival.sizeBytes();
            }
        }
        executor.execute(this::drain);
    }
}
