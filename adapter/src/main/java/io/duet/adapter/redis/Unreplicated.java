package io.duet.adapter.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Entries of this node that were read back from a stream before enough replicas were known to have them: a new master may not. Used by one
 * task at a time.
 */
final class Unreplicated {
    private record Written(String id, StreamLink.Write write) {}

    private final List<Written> written = new ArrayList<>();

    void add(String id, StreamLink.Write write) {
        written.add(new Written(id, write));
    }

    /** The replicas have them all. */
    void clear() {
        written.clear();
    }

    /** Which of them a server has not, in their order, as they are to be written again; they are not known here any more. */
    CompletionStage<List<StreamLink.Write>> lostBy(StreamLink link, String stream) {
        List<StreamLink.Write> lost = new ArrayList<>();
        CompletableFuture<Void> checked = CompletableFuture.completedFuture(null);
        for (Written one : List.copyOf(written)) {
            checked = checked.thenCompose(done -> link.has(stream, one.id)).thenAccept(there -> {
                if (!there) {
                    written.remove(one);
                    lost.add(one.write.again(one.id));
                }
            });
        }
        return checked.thenApply(done -> lost);
    }
}
