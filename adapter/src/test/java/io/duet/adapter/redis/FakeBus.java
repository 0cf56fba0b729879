package io.duet.adapter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Keeps what is published, and who listens to what; nothing ever arrives by itself. */
final class FakeBus implements Bus {
    final List<Published> published = new ArrayList<>();
    final List<Outgoing> appended = new ArrayList<>();
    final Map<String, Receiver> receivers = new HashMap<>();

    @Nullable
    Duration closedWithin;

    record Published(String channel, byte[] payload) {}

    @Override
    public CompletionStage<Subscription> subscribe(String channel, Receiver receiver) {
        receivers.put(channel, receiver);
        return CompletableFuture.completedFuture(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletionStage<Subscription> subscribePattern(String pattern, Receiver receiver) {
        return subscribe(pattern, receiver);
    }

    @Override
    public CompletionStage<Subscription> subscribeCounted(String channel, Receiver receiver) {
        return subscribe(channel, receiver);
    }

    @Override
    public void publish(String channel, byte[] payload) {
        published.add(new Published(channel, payload));
    }

    @Override
    public void append(String stream, int maxLength, StreamEntry entry) {
        appended.add(Outgoing.entry(stream, maxLength, entry));
    }

    @Override
    public CompletionStage<Integer> countSubscribers(String channel) {
        return CompletableFuture.completedFuture(1);
    }

    @Override
    public CompletionStage<List<Object>> eval(String script, List<Object> keys, Object... arguments) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("eval"));
    }

    @Override
    public PubSub kind() {
        return PubSub.PLAIN;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public CompletionStage<Void> close(Duration limit) {
        closedWithin = limit;
        return CompletableFuture.completedFuture(null);
    }
}
