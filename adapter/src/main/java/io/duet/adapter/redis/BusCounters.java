package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import io.duet.adapter.BusStatistics;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Counts for a node's buses, of which there is one at a time. */
final class BusCounters implements BusStatistics {
    final LongAdder published = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder resubscriptions = new LongAdder();
    final LongAdder gaps = new LongAdder();

    private final Map<Discard, LongAdder> discarded = Map.of(
            Discard.OWN, new LongAdder(), Discard.UNADDRESSED, new LongAdder(), Discard.MALFORMED, new LongAdder());
    private final Map<Direction, LongAdder> dropped =
            Map.of(Direction.OUT, new LongAdder(), Direction.IN, new LongAdder());

    private volatile @Nullable RedissonBus bus;
    private volatile @Nullable LatencyListener latency;

    void bus(RedissonBus used) {
        bus = used;
    }

    void discard(Discard why) {
        adder(discarded, why).increment();
    }

    void drop(Direction direction, int messages) {
        adder(dropped, direction).add(messages);
    }

    /** {@code null} if nobody wants to know. */
    @Nullable
    LatencyListener latency() {
        return latency;
    }

    @Override
    public boolean connected() {
        RedissonBus used = bus;
        return used != null && used.isReady();
    }

    @Override
    public int subscriptions() {
        return (int) ask(RedissonBus::subscriptions);
    }

    @Override
    public long published() {
        return published.sum();
    }

    @Override
    public long received() {
        return received.sum();
    }

    @Override
    public long delivered() {
        return delivered.sum();
    }

    @Override
    public long discarded(Discard why) {
        return adder(discarded, why).sum();
    }

    @Override
    public long queuedMessages(Direction direction) {
        return ask(used -> used.queuedMessages(direction));
    }

    @Override
    public long queuedBytes(Direction direction) {
        return ask(used -> used.queuedBytes(direction));
    }

    @Override
    public long retries() {
        return retries.sum();
    }

    @Override
    public long dropped(Direction direction) {
        return adder(dropped, direction).sum();
    }

    @Override
    public long lost() {
        return lost.sum();
    }

    @Override
    public long resubscriptions() {
        return resubscriptions.sum();
    }

    @Override
    public long gaps() {
        return gaps.sum();
    }

    @Override
    public void onLatency(LatencyListener listener) {
        latency = requireNonNull(listener, "listener");
    }

    private long ask(ToLongFunction<RedissonBus> question) {
        RedissonBus used = bus;
        return used == null ? 0 : question.applyAsLong(used);
    }

    private static <K> LongAdder adder(Map<K, LongAdder> adders, K key) {
        return requireNonNull(adders.get(key), "counted");
    }
}
