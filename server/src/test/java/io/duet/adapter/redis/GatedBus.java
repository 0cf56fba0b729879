package io.duet.adapter.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A bus whose scripts wait while its gate is shut, as those of a process that is frozen. */
final class GatedBus implements Bus {
    private final Bus bus;
    private volatile Predicate<String> held = any -> false;
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    GatedBus(Bus bus) {
        this.bus = bus;
    }

    void shut() {
        shut(any -> true);
    }

    /** For some scripts only. */
    void shut(Predicate<String> scripts) {
        held = scripts;
        gate = new CompletableFuture<>();
    }

    void open() {
        gate.complete(null);
    }

    @Override
    public CompletionStage<List<Object>> eval(String script, List<Object> keys, Object... arguments) {
        return held.test(script)
                ? gate.thenCompose(opened -> bus.eval(script, keys, arguments))
                : bus.eval(script, keys, arguments);
    }

    @Override
    public CompletionStage<Subscription> subscribe(String channel, Receiver receiver) {
        return bus.subscribe(channel, receiver);
    }

    @Override
    public CompletionStage<Subscription> subscribePattern(String pattern, Receiver receiver) {
        return bus.subscribePattern(pattern, receiver);
    }

    @Override
    public CompletionStage<Subscription> subscribeCounted(String channel, Receiver receiver) {
        return bus.subscribeCounted(channel, receiver);
    }

    @Override
    public void publish(String channel, byte[] payload) {
        bus.publish(channel, payload);
    }

    @Override
    public void append(String stream, int maxLength, StreamEntry entry) {
        bus.append(stream, maxLength, entry);
    }

    @Override
    public CompletionStage<Integer> countSubscribers(String channel) {
        return bus.countSubscribers(channel);
    }

    @Override
    public PubSub kind() {
        return bus.kind();
    }

    @Override
    public boolean isReady() {
        return bus.isReady();
    }

    @Override
    public CompletionStage<Void> close(Duration limit) {
        return bus.close(limit);
    }
}
