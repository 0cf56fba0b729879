package io.duet.adapter.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.redisson.Redisson;

/** A bus that carries numbers and keeps what it hears and what becomes of its connection. */
final class TestBus implements AutoCloseable {
    private static final int PER_SECOND = 500;

    final List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
    final List<String> events = new CopyOnWriteArrayList<>();
    final AtomicInteger dropped = new AtomicInteger();
    final AtomicInteger overrun = new AtomicInteger();
    final RedissonBus bus;

    private TestBus(Consumer<RedisAdapterOptions.Builder> change, Function<RedisAdapterOptions, RedissonBus> start) {
        RedisAdapterOptions.Builder options = RedisAdapterOptions.builder().listener(new Recorder());
        change.accept(options);
        bus = start.apply(options.build());
    }

    static TestBus start(String uri) {
        return start(uri, options -> {});
    }

    static TestBus start(String uri, Consumer<RedisAdapterOptions.Builder> change) {
        return new TestBus(
                change, options -> RedissonBus.start(RedisServers.at(RedisUri.parse(uri)), options, PubSub.PLAIN));
    }

    static TestBus over(Redisson redisson, PubSub commands) {
        return new TestBus(unchanged -> {}, options -> RedissonBus.start(RedisServers.of(redisson), options, commands));
    }

    Bus.Subscription listen(String channel) {
        return join(bus.subscribe(channel, this::hear));
    }

    /** Others wait for it after an interruption, once they have counted it. */
    void beCounted() {
        join(bus.subscribeCounted("servers", (channel, payload) -> {}));
    }

    void hear(String channel, byte[] payload) {
        heard.add(Integer.parseInt(new String(payload, UTF_8)));
    }

    void publish(String channel, int number) {
        bus.publish(channel, Integer.toString(number).getBytes(UTF_8));
    }

    /** Publishes at a steady rate; returns the number that would be the next. */
    int publishFor(String channel, int first, Duration duration) {
        long start = System.nanoTime();
        int count = (int) (duration.toMillis() * PER_SECOND / 1000);
        for (int i = 0; i < count; i++) {
            long due = start + TimeUnit.SECONDS.toNanos(i) / PER_SECOND;
            while (System.nanoTime() - due < 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            publish(channel, first + i);
        }
        return first + count;
    }

    static Bus.Subscription join(CompletionStage<Bus.Subscription> subscription) {
        return subscription
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        bus.close(Duration.ZERO)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private final class Recorder implements BusListener {
        @Override
        public void lost() {
            events.add("lost");
        }

        @Override
        public void regained() {
            events.add("regained");
        }

        @Override
        public void gapSuspected() {
            events.add("gap");
        }

        @Override
        public void dropped(int messages) {
            dropped.addAndGet(messages);
        }

        @Override
        public void overrun(int messages) {
            overrun.addAndGet(messages);
        }
    }
}
