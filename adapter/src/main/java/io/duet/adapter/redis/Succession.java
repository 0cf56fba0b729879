package io.duet.adapter.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands on what arrives on one link behind what arrives on the link before it, for as long as that lives. Who moves to a new server has published
 * at the old one before, and two connections do not tell what is older: so the old one is asked for a mark, which comes behind all that it had
 * taken. All is called on the loop of the links, unless said otherwise.
 */
final class Succession {
    /** For a mark. A server that takes longer is not waited for any more; what it still has comes when it comes. */
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final RedisLink.Receiver receiver;
    private final Executor loop;
    private final Queue<Runnable> held = new ArrayDeque<>();
    private final Queue<CompletableFuture<Boolean>> marks = new ArrayDeque<>();
    private @Nullable Supplier<CompletionStage<Boolean>> before;
    private boolean ended;

    /** @param before asks the link before for a mark; null if there is none */
    Succession(RedisLink.Receiver receiver, @Nullable Supplier<CompletionStage<Boolean>> before, Executor loop) {
        this.receiver = receiver;
        this.before = before;
        this.loop = loop;
    }

    void onMessage(String topic, String channel, byte[] payload) {
        if (before == null) {
            receiver.onMessage(topic, channel, payload);
        } else {
            hold(() -> receiver.onMessage(topic, channel, payload));
        }
    }

    /** @return done when a mark that was asked for now has come and what came before it is handed on, with whether more may come */
    CompletionStage<Boolean> expectMark() {
        CompletableFuture<Boolean> mark = new CompletableFuture<>();
        marks.add(mark);
        if (ended) {
            pass(false);
        }
        return mark;
    }

    void onMark() {
        if (!ended) {
            pass(true);
        }
    }

    /** Nothing comes any more. For any thread. */
    void end() {
        loop.execute(() -> {
            ended = true;
            while (!marks.isEmpty()) {
                pass(false);
            }
        });
    }

    private void pass(boolean more) {
        CompletableFuture<Boolean> mark = marks.remove();
        hold(() -> mark.complete(more));
    }

    private void hold(Runnable arrival) {
        Supplier<CompletionStage<Boolean>> old = before;
        if (old == null) {
            arrival.run();
            return;
        }
        held.add(arrival);
        if (held.size() == 1) {
            await(old);
        }
    }

    /** For what is held now. Whatever becomes of the mark, it is handed on: a link that cannot be asked has none to give. */
    private void await(Supplier<CompletionStage<Boolean>> old) {
        int count = held.size();
        CompletableFuture.completedFuture(null)
                .thenCompose(now -> old.get())
                .completeOnTimeout(false, LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> false)
                .thenAcceptAsync(
                        more -> {
                            before = more ? old : null;
                            release(more ? count : held.size());
                            if (!held.isEmpty()) {
                                await(old);
                            }
                        },
                        loop);
    }

    private void release(int count) {
        for (int i = 0; i < count; i++) {
            held.remove().run();
        }
    }
}
