package io.duet.adapter.presence;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** The log of a node that is alone: what is written is read at once. */
public final class LocalPresenceLog implements PresenceLog {
    private static final String NODE = "local";

    private final InstantSource clock;
    private @Nullable Follower follower;
    private long latest;

    public LocalPresenceLog(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void start(ScheduledExecutorService executor, Follower started) {
        follower = started;
        started.onSnapshot(Map.of(NODE, Map.of()), now());
        started.onStale(false);
    }

    @Override
    public void write(Change change) {
        requireNonNull(follower, "started").onChanges(NODE, List.of(change), now());
    }

    @Override
    public void catchUp() {
        requireNonNull(follower, "started").onTime(now());
    }

    @Override
    public long lastSeen(String node) {
        return now();
    }

    @Override
    public long repairs() {
        return 0;
    }

    @Override
    public CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }

    private long now() {
        latest = Math.max(latest, clock.millis());
        return latest;
    }
}
