package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each of some things has happened. Counting costs neither a lock nor an object; safe for any thread.
 *
 * @param <K> the things
 */
public final class Counts<K extends Enum<K>> {
    private final Map<K, LongAdder> adders;

    public Counts(Class<K> kinds) {
        adders = new EnumMap<>(kinds);
        for (K kind : kinds.getEnumConstants()) {
            adders.put(kind, new LongAdder());
        }
    }

    public void increment(K kind) {
        adder(kind).increment();
    }

    public void add(K kind, long count) {
        adder(kind).add(count);
    }

    public long of(K kind) {
        return adder(kind).sum();
    }

    private LongAdder adder(K kind) {
        return requireNonNull(adders.get(kind), "kind");
    }
}
