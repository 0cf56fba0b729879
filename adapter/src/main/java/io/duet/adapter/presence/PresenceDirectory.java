package io.duet.adapter.presence;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users of one namespace, on all nodes: registers this node's sockets, answers questions, tells of transitions.
 *
 * <p>Safe for any thread; nothing blocks. Everything happens on one thread of the directory's own, in the order of the calls, so that a question
 * sees what was registered here before it once the log has taken it. Until the log was read for the first time questions wait. When it cannot be
 * reached later they are answered from what was last known, and {@link #isStale()} says so. Once the directory is closed they fail.
 */
public final class PresenceDirectory {
    private static final Logger log = LoggerFactory.getLogger(PresenceDirectory.class);

    private final PresenceLog presenceLog;
    private final PresenceState state;
    private final int maxWaiting;
    private final ScheduledExecutorService executor = executor();
    private final List<PresenceSubscriber> listeners = new ArrayList<>();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final Map<String, PresenceEntry> own = new HashMap<>();

    /** Who waits for what was written of a socket to be read. */
    private final Map<String, List<Unread>> unread = new HashMap<>();

    private @Nullable ScheduledFuture<?> alarm;

    /** The log's clock less this machine's, in milliseconds. */
    private long clockOffset;

    private long lagMillis;
    private long missed;

    private volatile boolean stale = true;
    private @Nullable CompletionStage<Void> closed;

    /**
     * @param grace how long a user without a socket is still online
     * @param presenceLog not started yet; the directory ends it
     */
    public PresenceDirectory(Duration grace, PresenceLog presenceLog) {
        this(grace, presenceLog, PresenceSubscriber.MAX_WAITING);
    }

    /** @param maxWaiting how many events may wait for a listener */
    PresenceDirectory(Duration grace, PresenceLog presenceLog, int maxWaiting) {
        this.presenceLog = presenceLog;
        this.maxWaiting = maxWaiting;
        this.state = new PresenceState(grace, this::tell, presenceLog::lastSeen);
        executor.execute(() -> presenceLog.start(executor, new Replication()));
    }

    private static ScheduledExecutorService executor() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "duet-presence");
            thread.setDaemon(true);
            return thread;
        });
        // Alarms are set anew all the time, and none is to outlive the directory.
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    // This node's sockets

    /**
     * Says whose a socket is, or what is new about it.
     *
     * @param rooms asked on the directory's thread
     * @return done when this node has read it back from the log, with everything that others have written before; or when the socket is forgotten
     */
    public CompletionStage<Void> identify(
            String socketId, String userId, Instant connectedAt, JsonNode metadata, Supplier<Set<String>> rooms) {
        CompletableFuture<Void> read = new CompletableFuture<>();
        run(() -> {
            Instant millis = connectedAt.truncatedTo(ChronoUnit.MILLIS);
            PresenceEntry entry = new PresenceEntry(userId, millis, rooms.get(), metadata);
            if (entry.equals(own.get(socketId))) {
                read.complete(null);
            } else {
                unread.computeIfAbsent(socketId, any -> new ArrayList<>()).add(new Unread(userId, read));
                write(socketId, entry);
            }
        });
        return read;
    }

    /** Takes a socket out, whether or not it had a user. */
    public void forget(String socketId) {
        run(() -> {
            if (own.remove(socketId) != null) {
                unread.getOrDefault(socketId, List.of()).forEach(Unread::complete);
                unread.remove(socketId);
                presenceLog.write(new PresenceLog.Change(socketId, Optional.empty()));
            }
        });
    }

    public void joined(String socketId, String room) {
        run(() -> {
            PresenceEntry entry = own.get(socketId);
            if (entry != null && !entry.rooms().contains(room)) {
                write(socketId, entry.joined(room));
            }
        });
    }

    public void left(String socketId, String room) {
        run(() -> {
            PresenceEntry entry = own.get(socketId);
            if (entry != null && entry.rooms().contains(room)) {
                write(socketId, entry.left(room));
            }
        });
    }

    // Questions

    public CompletionStage<Boolean> isOnline(String userId) {
        return ask(() -> state.isOnline(userId));
    }

    /** A user's sockets on all nodes, by their ids; none within the grace period. */
    public CompletionStage<List<UserSocket>> socketsOf(String userId) {
        return ask(() -> state.socketsOf(userId));
    }

    public CompletionStage<Set<String>> usersIn(String room) {
        return ask(() -> state.usersIn(room));
    }

    /** Users in a room, in order of their ids, each with the metadata of its sockets; within the grace period with what was last known. */
    public CompletionStage<Map<String, List<JsonNode>>> metadataIn(String room) {
        return ask(() -> state.metadataIn(room));
    }

    public CompletionStage<Integer> countIn(String room) {
        return ask(() -> state.countIn(room));
    }

    /**
     * A page of the users that are online, in order of their ids.
     *
     * @param after the last id of the page before; empty for the first
     */
    public CompletionStage<List<String>> users(String after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: > 0)");
        }
        return ask(() -> state.page(after, limit));
    }

    public CompletionStage<PresenceCounts> counts() {
        return ask(() -> new PresenceCounts(
                state.userCount(),
                state.socketCount(),
                state.position(),
                missed,
                presenceLog.repairs(),
                Duration.ofMillis(lagMillis)));
    }

    /** Whether the log cannot be reached, so that answers may be out of date. */
    public boolean isStale() {
        return stale;
    }

    /**
     * Adds a listener, until {@link #unsubscribe}.
     *
     * @param executor where it is called; must keep the order
     * @return who is online, once that is known; the listener hears of every transition after it and of none before, unless it is too slow
     *     ({@link PresenceListener#onGap})
     */
    public CompletionStage<PresenceSnapshot> subscribe(PresenceListener listener, Executor executor) {
        return ask(() -> {
            listeners.add(new PresenceSubscriber(listener, maxWaiting, executor, this::run, state::snapshot));
            return state.snapshot();
        });
    }

    /** Ends what a call of {@link #subscribe} with the same listener has begun; what was told before may still come. */
    public void unsubscribe(PresenceListener listener) {
        loaded.thenRunAsync(() -> listeners.removeIf(subscriber -> subscriber.isFor(listener)), executor);
    }

    /** Takes this node's sockets out. Done when other nodes have been told, if they can be reached. Calling it again is harmless. */
    public synchronized CompletionStage<Void> close() {
        if (closed == null) {
            closed = CompletableFuture.supplyAsync(presenceLog::close, executor)
                    .thenCompose(closing -> closing)
                    .whenComplete((done, failure) -> {
                        executor.shutdown();
                        loaded.completeExceptionally(new IllegalStateException("presence: closed"));
                    });
        }
        return closed;
    }

    private void write(String socketId, PresenceEntry entry) {
        own.put(socketId, entry);
        presenceLog.write(new PresenceLog.Change(socketId, Optional.of(entry)));
    }

    private <T> CompletionStage<T> ask(Supplier<T> question) {
        return loaded.thenApplyAsync(done -> question.get(), executor);
    }

    private void run(Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    log.error("presence: a change could not be made", e);
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("presence: closed", e);
        }
    }

    private void tell(PresenceEvent event) {
        for (PresenceSubscriber subscriber : listeners) {
            if (!subscriber.tell(event)) {
                missed++;
            }
        }
    }

    private void onRead(String socketId, PresenceEntry entry) {
        List<Unread> waiting = unread.get(socketId);
        if (waiting != null) {
            waiting.removeIf(one -> one.isIn(entry));
            if (waiting.isEmpty()) {
                unread.remove(socketId);
            }
        }
    }

    /** Sets the alarm for the next end of a grace period. */
    private void look() {
        if (alarm != null) {
            alarm.cancel(false);
        }
        OptionalLong next = state.nextDeadline();
        if (next.isPresent() && !executor.isShutdown()) {
            long delay = Math.max(1, next.getAsLong() - System.currentTimeMillis() - clockOffset);
            alarm = executor.schedule(presenceLog::catchUp, delay, TimeUnit.MILLISECONDS);
        }
    }

    private record Unread(String userId, CompletableFuture<Void> read) {
        boolean isIn(PresenceEntry entry) {
            if (!entry.userId().equals(userId)) {
                return false;
            }
            complete();
            return true;
        }

        void complete() {
            read.complete(null);
        }
    }

    private final class Replication implements PresenceLog.Follower {
        @Override
        public void onSnapshot(Map<String, Map<String, PresenceEntry>> nodes, long now) {
            state.snapshot(nodes, now);
            nodes.values().forEach(entries -> entries.forEach(PresenceDirectory.this::onRead));
            setClock(now);
            loaded.complete(null);
        }

        @Override
        public void onChanges(String node, List<PresenceLog.Change> changes, long at) {
            changes.forEach(change -> {
                state.change(node, change, at);
                change.entry().ifPresent(entry -> onRead(change.socketId(), entry));
            });
            look();
        }

        @Override
        public void onNodeGone(String node, long at) {
            state.nodeGone(node, at);
            look();
        }

        @Override
        public void onTime(long now) {
            state.advance(now);
            setClock(now);
        }

        @Override
        public void onLag(long millis) {
            lagMillis = millis;
        }

        @Override
        public void onStale(boolean isStale) {
            stale = isStale;
        }

        private void setClock(long now) {
            clockOffset = now - System.currentTimeMillis();
            look();
        }
    }
}
