package io.duet.socketio;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.AckCollector;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits until every node has said how many of its clients it has asked, and all those clients have answered. Guarded by itself. */
final class BroadcastAcks implements AckCollector {
    private final ObjectMapper mapper;
    private final CompletableFuture<Arguments> result = new CompletableFuture<>();
    private final List<@Nullable Object> answers = new ArrayList<>();
    private int expectedNodes = Integer.MAX_VALUE;
    private int nodes;
    private int clients;

    BroadcastAcks(ObjectMapper mapper, Duration limit) {
        this.mapper = mapper;
        Future<?> timer = GlobalEventExecutor.INSTANCE.schedule(this::expire, limit.toMillis(), TimeUnit.MILLISECONDS);
        result.whenComplete((values, failure) -> timer.cancel(false));
    }

    /** The first answer of each client, in order of arrival. */
    CompletionStage<Arguments> result() {
        return result;
    }

    void expectNodes(int count) {
        synchronized (this) {
            expectedNodes = count;
        }
        completeIfDone();
    }

    @Override
    public void clients(int count) {
        synchronized (this) {
            nodes++;
            clients += count;
        }
        completeIfDone();
    }

    @Override
    public void answer(List<@Nullable Object> arguments) {
        synchronized (this) {
            answers.add(arguments.isEmpty() ? null : arguments.get(0));
        }
        completeIfDone();
    }

    private void completeIfDone() {
        Arguments values;
        synchronized (this) {
            if (nodes < expectedNodes || answers.size() < clients) {
                return;
            }
            values = Arguments.of(answers, mapper);
        }
        result.complete(values);
    }

    private void expire() {
        Arguments values;
        String missing;
        synchronized (this) {
            values = Arguments.of(answers, mapper);
            String all = expectedNodes == Integer.MAX_VALUE ? "an unknown number" : String.valueOf(expectedNodes);
            missing = answers.size() + " of " + clients + " clients answered, " + nodes + " of " + all
                    + " nodes reported";
        }
        result.completeExceptionally(new AckTimeoutException("operation has timed out: " + missing, values));
    }
}
