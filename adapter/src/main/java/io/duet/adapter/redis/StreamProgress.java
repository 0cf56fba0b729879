package io.duet.adapter.redis;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** How far a stream has been handed out at this node. For any thread; entries are handed out one at a time. */
final class StreamProgress {
    private final NavigableMap<String, CompletableFuture<Void>> awaited = new TreeMap<>(StreamId.ORDER);
    private volatile String position = "";

    /** Everything up to this id has been handed out; empty before the start. Never waits. */
    String position() {
        return position;
    }

    /** Begins, or goes on, behind this id. */
    void resume(String id) {
        handOut(id, () -> {});
    }

    void handOut(String id, Runnable delivery) {
        List<CompletableFuture<Void>> reached = new ArrayList<>();
        synchronized (this) {
            delivery.run();
            position = id;
            Iterator<Map.Entry<String, CompletableFuture<Void>>> waiting =
                    awaited.entrySet().iterator();
            while (waiting.hasNext()) {
                Map.Entry<String, CompletableFuture<Void>> first = waiting.next();
                if (StreamId.ORDER.compare(first.getKey(), id) > 0) {
                    break;
                }
                waiting.remove();
                reached.add(first.getValue());
            }
        }
        reached.forEach(done -> done.complete(null));
    }

    /** Does something between two entries, given the {@link #position()}; on the calling thread, which waits for its turn. */
    synchronized void inTurn(Consumer<String> task) {
        task.accept(position);
    }

    /** Done when everything up to this id has been handed out. */
    synchronized CompletionStage<Void> whenAt(String id) {
        return StreamId.ORDER.compare(position, id) >= 0
                ? CompletableFuture.completedFuture(null)
                : awaited.computeIfAbsent(id, waited -> new CompletableFuture<>())
                        .copy();
    }
}
