package io.duet.socketio;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.engineio.EngineSession;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Waits for the answer of one client. */
final class SingleAck implements PendingAck {
    private final ObjectMapper mapper;
    private final NamespaceCounters counters;
    private final long sentAtNanos = System.nanoTime();
    private final CompletableFuture<Arguments> answer = new CompletableFuture<>();

    SingleAck(ObjectMapper mapper, NamespaceCounters counters) {
        this.mapper = mapper;
        this.counters = counters;
    }

    CompletionStage<Arguments> answer() {
        return answer.minimalCompletionStage();
    }

    void whenDone(Runnable action) {
        answer.whenComplete((values, failure) -> action.run());
    }

    /** @param inStep runs what follows a timeout, as it does what follows an answer */
    void limit(Duration limit, EngineSession session, Executor inStep) {
        Future<?> timer = session.schedule(() -> inStep.execute(() -> fail("operation has timed out")), limit);
        answer.whenComplete((values, failure) -> timer.cancel(false));
    }

    @Override
    public void answered(List<@Nullable Object> values) {
        if (answer.complete(Arguments.of(values, mapper))) {
            counters.acknowledged(sentAtNanos);
        }
    }

    @Override
    public void lost() {
        fail("socket has been disconnected");
    }

    private void fail(String message) {
        answer.completeExceptionally(new AckTimeoutException(message, Arguments.of(List.of(), mapper)));
    }
}
