package io.duet.adapter.redis;

import io.duet.adapter.FailureText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.client.RedisClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a link to the Redis that is the master at the time.
 *
 * <p>A new link is taken into use only when every subscription is confirmed on it, what is published on it comes back, and as many servers are
 * there as were counted before. Until then the old one stays in use, if it still works; thereafter it is listened to for a while, since others
 * may publish there that have not moved yet. So a planned failover interrupts nothing. All of it happens on one thread.
 */
final class LinkKeeper {
    private static final Logger log = LoggerFactory.getLogger(LinkKeeper.class);

    private static final Duration TICK = Duration.ofMillis(100);
    private static final int TICKS_PER_PROBE = 5;
    private static final int TICKS_PER_COUNT = 10;

    private static final Duration PREPARE_LIMIT = Duration.ofSeconds(10);

    /** How long to wait for the other servers where the old link is gone or silent: what waits here, waits. */
    private static final Duration REGROUP_LIMIT = Duration.ofSeconds(3);

    /** The same where the old one still works, on which they are reached meanwhile: longer than sentinels take to end an old master. */
    private static final Duration MOVE_LIMIT = Duration.ofSeconds(15);

    private static final Duration REGROUP_INTERVAL = Duration.ofMillis(30);

    /** What uses the link. All is called on the one thread, but for messages. */
    interface Owner extends RedisLink.Receiver {
        /** Subscribes to everything; done when that is confirmed. */
        CompletionStage<Void> subscribeAll(RedisLink link);

        /** The channels by which servers are counted. */
        Collection<String> countedChannels();

        /** The link is in use from now on. */
        void onLinked(RedisLink link);

        /** There is none in use any more. */
        void onLost(String reason);
    }

    private final Supplier<RedisClient> master;
    private final RedisLoop loop;
    private final String probeChannel;
    private final ScheduledExecutorService thread;
    private final Owner owner;
    private final Census census;
    private final List<Retired> retired = new ArrayList<>();

    /** The link in use, or that which will be. */
    private volatile CompletableFuture<RedisLink> linked = new CompletableFuture<>();

    private @Nullable RedisLink candidate;
    private CompletableFuture<RedisLink> opened = new CompletableFuture<>();
    private boolean opening;
    private String trouble = "";
    private int failures;
    private int ticks;

    /** @param master the present one; may block, and throws if it is not known yet */
    LinkKeeper(
            Supplier<RedisClient> master,
            RedisLoop loop,
            PubSub commands,
            String probeChannel,
            ScheduledExecutorService thread,
            Owner owner) {
        this.master = master;
        this.loop = loop;
        this.census = new Census(commands);
        this.probeChannel = probeChannel;
        this.thread = thread;
        this.owner = owner;
    }

    void start() {
        thread.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The link in use; for any thread. */
    @Nullable
    RedisLink current() {
        return linked.getNow(null);
    }

    /** The same, or the next; for any thread. */
    CompletableFuture<RedisLink> next() {
        return linked.copy();
    }

    /** Where subscriptions are made: the link in use and the one that is to take its place. */
    List<RedisLink> links() {
        List<RedisLink> links = new ArrayList<>(2);
        RedisLink used = current();
        if (used != null) {
            links.add(used);
        }
        if (candidate != null) {
            links.add(candidate);
        }
        return links;
    }

    void close() {
        opened.thenAccept(link -> link.close("closed"));
        links().forEach(link -> link.close("closed"));
        retired.forEach(old -> old.link.close("closed"));
    }

    private void tick() {
        try {
            look();
        } catch (RuntimeException | LinkageError e) {
            // The latter where another version of Redisson is used. It is tried again either way.
            onTrouble(e);
        }
    }

    private void look() {
        ticks++;
        retired.removeIf(Retired::isOver);
        RedisLink used = current();
        if (used != null && used.isOpen() && ticks % TICKS_PER_PROBE == 0 && !used.isAlive()) {
            used.close("nothing heard");
        }
        if (opening || (used != null && !used.isOpen())) {
            return;
        }
        if (used != null && ticks % TICKS_PER_COUNT == 0) {
            census.take(used, owner.countedChannels());
        }
        RedisClient wanted = master.get();
        if (used == null || used.master() != wanted) {
            open(wanted);
        }
    }

    private void open(RedisClient wanted) {
        CompletableFuture<RedisLink> link = RedisLink.open(wanted, loop, probeChannel, before(), owner);
        opened = link;
        opening = true;
        link.thenComposeAsync(this::prepare, thread)
                .whenCompleteAsync(
                        (ready, failure) -> {
                            opening = false;
                            candidate = null;
                            if (failure == null) {
                                use(ready);
                            } else {
                                link.thenAccept(useless -> useless.close("not ready"));
                                onTrouble(failure);
                            }
                        },
                        thread);
    }

    /** The newest that may still have messages of those that a new one takes over. */
    private @Nullable RedisLink before() {
        RedisLink used = current();
        if (used != null) {
            return used;
        }
        return retired.isEmpty() ? null : retired.get(retired.size() - 1).link;
    }

    private CompletionStage<RedisLink> prepare(RedisLink link) {
        candidate = link;
        long start = System.nanoTime();
        return owner.subscribeAll(link)
                .thenCompose(done -> link.probe())
                .toCompletableFuture()
                .orTimeout(PREPARE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenComposeAsync(heard -> regroup(link, start), thread)
                .applyToEither(
                        link.closed().thenApply(end -> {
                            throw new CompletionException(new IllegalStateException(end));
                        }),
                        done -> link);
    }

    private CompletionStage<Void> regroup(RedisLink link, long start) {
        return census.isComplete(link, owner.countedChannels())
                .thenComposeAsync(
                        complete -> {
                            RedisLink used = current();
                            Duration limit = used == null || used.isSilent() ? REGROUP_LIMIT : MOVE_LIMIT;
                            if (complete || System.nanoTime() - start > limit.toNanos()) {
                                return CompletableFuture.completedFuture(null);
                            }
                            Executor later = CompletableFuture.delayedExecutor(
                                    REGROUP_INTERVAL.toMillis(), TimeUnit.MILLISECONDS, thread);
                            return CompletableFuture.runAsync(() -> {}, later)
                                    .thenComposeAsync(waited -> regroup(link, start), thread);
                        },
                        thread);
    }

    private void use(RedisLink link) {
        RedisLink old = current();
        trouble = "";
        failures = 0;
        if (old == null) {
            linked.complete(link);
        } else {
            linked = CompletableFuture.completedFuture(link);
            retired.add(new Retired(old));
        }
        owner.onLinked(link);
        link.closed().thenAcceptAsync(reason -> onEnd(link, reason), thread);
    }

    private void onEnd(RedisLink link, String reason) {
        if (link == current()) {
            linked = new CompletableFuture<>();
            owner.onLost(reason);
        }
    }

    /** A single failure is no trouble yet; what lasts is told once. */
    private void onTrouble(Throwable failure) {
        String kind = FailureText.of(failure);
        failures++;
        if (current() == null && failures > 1 && !kind.equals(trouble)) {
            log.warn("redis: no connection yet: {}", kind);
            trouble = kind;
        }
    }

    /** A link to a server that was the master. What it says counts as long as it has not become a replica, which repeats its new master. */
    private static final class Retired {
        private final RedisLink link;
        private final long end = System.nanoTime() + MOVE_LIMIT.toNanos();

        Retired(RedisLink link) {
            this.link = link;
        }

        boolean isOver() {
            if (System.nanoTime() - end > 0) {
                link.close("over");
            } else if (link.isOpen()) {
                link.isMaster().whenComplete((master, failure) -> {
                    if (failure != null || !master) {
                        link.close("over");
                    }
                });
            }
            return !link.isOpen();
        }
    }
}
