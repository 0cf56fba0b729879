package io.duet.adapter.redis;

import io.duet.adapter.AckCollector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The requests of this node that other nodes have still to answer, by id. Each is forgotten when it is answered or its time is over. */
final class PendingRequests {
    private final Map<String, Answers> requests = new ConcurrentHashMap<>();
    private final Map<String, AckCollector> acks = new ConcurrentHashMap<>();

    /** The answers of so many nodes, or those that came in time. */
    CompletionStage<List<Response>> expect(String requestId, int count, Duration limit) {
        Answers answers = new Answers(count);
        requests.put(requestId, answers);
        later(limit).execute(answers::expire);
        answers.done.whenComplete((received, failure) -> requests.remove(requestId));
        return answers.done;
    }

    /** Hands counts and acknowledgements of other nodes to a collector, for as long as it waits. */
    void collectAcks(String requestId, AckCollector collector, Duration limit) {
        acks.put(requestId, collector);
        later(limit).execute(() -> acks.remove(requestId));
    }

    /** It was not asked after all. */
    void forget(String requestId) {
        acks.remove(requestId);
    }

    /** @return whether somebody here has waited for it */
    boolean onResponse(Response response) {
        if (response instanceof Response.ClientCount || response instanceof Response.Acknowledgement) {
            AckCollector collector = acks.get(response.requestId());
            if (collector != null) {
                collect(response, collector);
            }
            return collector != null;
        }
        Answers answers = requests.get(response.requestId());
        if (answers != null) {
            answers.add(response);
        }
        return answers != null;
    }

    private static void collect(Response response, AckCollector collector) {
        if (response instanceof Response.ClientCount count) {
            collector.clients(count.clients());
        } else if (response instanceof Response.Acknowledgement acknowledgement) {
            collector.answer(acknowledgement.value().map(List::of).orElse(List.of()));
        }
    }

    private static Executor later(Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What came of one request. Guarded by itself. */
    private static final class Answers {
        private final int expected;
        private final List<Response> received = new ArrayList<>();
        private final CompletableFuture<List<Response>> done = new CompletableFuture<>();

        Answers(int expected) {
            this.expected = expected;
        }

        void add(Response response) {
            synchronized (this) {
                received.add(response);
                if (received.size() < expected) {
                    return;
                }
            }
            expire();
        }

        void expire() {
            List<Response> all;
            synchronized (this) {
                all = List.copyOf(received);
            }
            done.complete(all);
        }
    }
}
