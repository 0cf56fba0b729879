package io.duet.adapter.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What this node appends to a stream, in its order, until it is read back or given up. Used on the stream's thread. */
final class OwnEntries {
    /** Given to Redis: first those that it has answered for, then one batch under way. */
    private final Deque<OwnEntry> sent = new ArrayDeque<>();

    private final Deque<OwnEntry> waiting = new ArrayDeque<>();
    private final Consumer<Runnable> guard;
    private long bytes;
    private @Nullable OwnEntry lastAppended;

    /** @param guard runs what is called when an entry is done with */
    OwnEntries(Consumer<Runnable> guard) {
        this.guard = guard;
    }

    void add(OwnEntry own) {
        bytes += own.entry().sizeBytes();
        waiting.add(own);
    }

    /** Before all that waits. */
    void addFirst(OwnEntry own) {
        bytes += own.entry().sizeBytes();
        waiting.addFirst(own);
    }

    long bytes() {
        return bytes;
    }

    /** How many may be in the stream and have not been read back. */
    int unread() {
        return sent.size();
    }

    boolean areAllAppended() {
        return waiting.isEmpty() && sent.stream().allMatch(OwnEntry::isAppended);
    }

    /** Whether the first has waited too long. */
    boolean areLate() {
        OwnEntry first = sent.isEmpty() ? waiting.peek() : sent.peek();
        return first != null && first.isExpired();
    }

    /** Those that are to be appended next; the last such batch must have been answered for. */
    List<OwnEntry> send(int limit) {
        List<OwnEntry> batch = new ArrayList<>();
        while (!waiting.isEmpty() && batch.size() < limit) {
            batch.add(waiting.remove());
        }
        sent.addAll(batch);
        return batch;
    }

    /** Redis, and as many replicas as are wanted, have answered for it. */
    void appended(List<OwnEntry> batch) {
        batch.forEach(OwnEntry::appended);
        lastAppended = batch.get(batch.size() - 1);
    }

    /** What the last answer was for. */
    @Nullable
    OwnEntry lastAppended() {
        return lastAppended;
    }

    /** The one that has been read, if it is one of these, which is to be done with; what is before it is not in the stream. */
    Optional<OwnEntry> read(StreamEntry entry) {
        for (OwnEntry own : sent) {
            if (own.entry().equals(entry)) {
                giveUpBefore(own);
                sent.remove();
                return Optional.of(own);
            }
        }
        return Optional.empty();
    }

    /** All that was in the stream has been read since that one was answered for: up to it, what was not read is not there. */
    void readUpTo(@Nullable OwnEntry answered) {
        if (answered != null && sent.contains(answered)) {
            giveUpBefore(answered);
            done(sent.remove(), "");
        }
    }

    /** All that was in the stream has been read since the last connection ended: what was answered for is lost, what was under way waits again. */
    void resume() {
        while (!sent.isEmpty() && sent.element().isAppended()) {
            done(sent.remove(), "");
        }
        while (!sent.isEmpty()) {
            waiting.addFirst(sent.removeLast());
        }
    }

    /** All, in their order; returns how many of them are in no stream. */
    int giveUp() {
        int dropped = waiting.size();
        while (!sent.isEmpty()) {
            OwnEntry own = sent.remove();
            dropped += own.isAppended() ? 0 : 1;
            done(own, "");
        }
        while (!waiting.isEmpty()) {
            done(waiting.remove(), "");
        }
        return dropped;
    }

    /** @param id empty if it is not in the stream */
    void done(OwnEntry own, String id) {
        bytes -= own.entry().sizeBytes();
        guard.accept(() -> own.done(id));
    }

    private void giveUpBefore(OwnEntry own) {
        while (sent.element() != own) {
            done(sent.remove(), "");
        }
    }
}
