package io.duet.adapter.redis;

import io.duet.adapter.presence.PresenceEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls of {@link PresenceScripts} for one node and namespace. Answers are handled on the executor; none are once it has been shut down. */
final class PresenceCalls {
    private static final Logger log = LoggerFactory.getLogger(PresenceCalls.class);

    static final long RETRY_MILLIS = 300;

    /** What does not last as long is no trouble: Redis has got another master, or the node has just started on a machine that is busy. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Bus bus;
    private final String prefix;
    private final String node;
    private final ScheduledExecutorService executor;
    private final Consumer<Boolean> staleListener;
    private final LastingTrouble trouble = new LastingTrouble(PATIENCE);

    /** @param staleListener hears of each call whether it has failed */
    PresenceCalls(
            Bus bus, String prefix, String node, ScheduledExecutorService executor, Consumer<Boolean> staleListener) {
        this.bus = bus;
        this.prefix = prefix;
        this.node = node;
        this.executor = executor;
        this.staleListener = staleListener;
    }

    /** What begins the name of the hash of a node's sockets. */
    String socketsPrefix() {
        return prefix + ":sockets:";
    }

    String wakeUpChannel() {
        return prefix + ":wake";
    }

    /** By which scripts publish there. */
    String publishCommand() {
        return bus.kind().publish().getName();
    }

    /** Runs a task whenever somebody has written, or may have while nobody here could hear of it. */
    CompletionStage<Bus.Subscription> onWakeUp(Runnable task) {
        return bus.subscribe(wakeUpChannel(), new Bus.Receiver() {
            @Override
            public void onMessage(String channel, byte[] payload) {
                execute(task);
            }

            @Override
            public void onResubscribed() {
                execute(task);
            }
        });
    }

    CompletionStage<List<Object>> call(String script, Object... arguments) {
        return bus.eval(script, keys(node), arguments);
    }

    /** Puts all sockets of a node into a map; what cannot be understood is left out. */
    CompletionStage<Map<String, PresenceEntry>> scan(String ofNode, Map<String, PresenceEntry> into) {
        return scan(ofNode, "0", into);
    }

    private CompletionStage<Map<String, PresenceEntry>> scan(
            String ofNode, String cursor, Map<String, PresenceEntry> into) {
        return bus.eval(PresenceScripts.SCAN, keys(ofNode), cursor)
                .thenComposeAsync(
                        page -> {
                            for (int i = 1; i + 1 < page.size(); i += 2) {
                                String id = page.get(i).toString();
                                if (!id.equals(PresenceScripts.VERSION)) {
                                    PresenceJson.entry(page.get(i + 1).toString())
                                            .ifPresent(entry -> into.put(id, entry));
                                }
                            }
                            String next = page.get(0).toString();
                            return next.equals("0")
                                    ? CompletableFuture.completedFuture(into)
                                    : scan(ofNode, next, into);
                        },
                        executor);
    }

    <T> void handle(CompletionStage<T> call, BiConsumer<@Nullable T, @Nullable Throwable> then) {
        call.whenComplete((answer, failure) -> execute(() -> then.accept(answer, failure)));
    }

    /** Redis does not do what it is asked; it is to be asked again. */
    void failed(Throwable failure) {
        if (trouble.failed(System.nanoTime())) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            // Its message goes on with the whole command.
            log.warn(
                    "presence: redis does not answer, trying again: {}",
                    cause.getClass().getSimpleName());
        }
        staleListener.accept(true);
    }

    void succeeded() {
        trouble.ended();
        staleListener.accept(false);
    }

    void retry(Runnable task) {
        later(RETRY_MILLIS, task);
    }

    ScheduledFuture<?> later(long millis, Runnable task) {
        return executor.schedule(guarded(task), millis, TimeUnit.MILLISECONDS);
    }

    private void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            log.debug("presence: closed", e);
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RejectedExecutionException e) {
                log.debug("presence: closed", e);
            } catch (RuntimeException e) {
                log.error("presence: an answer of redis could not be handled", e);
            }
        };
    }

    private List<Object> keys(String ofNode) {
        return List.of(prefix + ":leases", prefix + ":log", prefix + ":counter", socketsPrefix() + ofNode);
    }
}
