package io.duet.engineio;

import io.duet.engineio.codec.OutboundMessage;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for one session, first in first out, counted in bytes.
 *
 * <p>Any thread pushes onto a stack ({@code pushed}, a compare-and-set each); the session's event loop takes the whole stack at once, turns it
 * round and appends it to its own list ({@code head} to {@code tail}). The nodes are the only thing allocated per receiver of a broadcast, and
 * an idle outbox holds nothing.
 */
final class Outbox {
    private static final AtomicReferenceFieldUpdater<Outbox, Node> PUSHED =
            AtomicReferenceFieldUpdater.newUpdater(Outbox.class, Node.class, "pushed");
    private static final AtomicLongFieldUpdater<Outbox> QUEUED_BYTES =
            AtomicLongFieldUpdater.newUpdater(Outbox.class, "queuedBytes");

    /** Written through {@link #PUSHED}. */
    private volatile @Nullable Node pushed;

    /** Bytes pushed and not yet confirmed as written; through {@link #QUEUED_BYTES}. */
    private volatile long queuedBytes;

    private @Nullable Node head;
    private @Nullable Node tail;

    /** Adds to the count before the message is pushed; any thread. Returns the new count. */
    long reserve(int bytes) {
        return QUEUED_BYTES.addAndGet(this, bytes);
    }

    /** Takes off the count what was written, or refused after {@link #reserve}; any thread. */
    void release(long bytes) {
        QUEUED_BYTES.addAndGet(this, -bytes);
    }

    /** Nothing waits and nothing is being written; any thread. */
    boolean isIdle() {
        return queuedBytes == 0;
    }

    long queuedBytes() {
        return queuedBytes;
    }

    /** Any thread. Returns true if nothing was pushed before: the caller must see to it that the event loop pulls. */
    boolean push(OutboundMessage message) {
        Node node = new Node(message);
        Node below;
        do {
            below = pushed;
            node.next = below;
        } while (!PUSHED.compareAndSet(this, below, node));
        return below == null;
    }

    /** Makes what was pushed available to {@link #poll}; event loop only. */
    void pull() {
        Node top = PUSHED.getAndSet(this, null);
        if (top == null) {
            return;
        }
        Node last = top;
        Node reversed = null;
        while (top != null) {
            Node below = top.next;
            top.next = reversed;
            reversed = top;
            top = below;
        }
        if (tail == null) {
            head = reversed;
        } else {
            tail.next = reversed;
        }
        tail = last;
    }

    /** Event loop only, after {@link #pull}. */
    boolean isEmpty() {
        return head == null;
    }

    @Nullable
    OutboundMessage peek() {
        return head == null ? null : head.message;
    }

    @Nullable
    OutboundMessage poll() {
        Node first = head;
        if (first == null) {
            return null;
        }
        head = first.next;
        if (head == null) {
            tail = null;
        }
        return first.message;
    }

    private static final class Node {
        private final OutboundMessage message;
        private @Nullable Node next;

        Node(OutboundMessage message) {
            this.message = message;
        }
    }
}
