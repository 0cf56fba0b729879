package io.duet.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** Where meters go, with what all of them have in common. */
record Meters(MeterRegistry registry, Tags common) {
    /** From a tenth of a millisecond, which nothing that matters goes below, to where clients give up. */
    private static final Duration[] BUCKETS = LongStream.of(
                    100,
                    250,
                    500,
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000)
            .mapToObj(micros -> Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros)))
            .toArray(Duration[]::new);

    /** A meter to be: what it is called, what it is, and tags of its own. */
    record Name(String text, String description, Tags tags) {}

    /** @param tags keys and values in turn */
    static Name name(String text, String description, String... tags) {
        return new Name("duet." + text, description, Tags.of(tags));
    }

    /** What only grows. */
    <T> void counter(Name name, T source, ToDoubleFunction<T> count) {
        FunctionCounter.builder(name.text, source, count)
                .description(name.description)
                .tags(common.and(name.tags))
                .register(registry);
    }

    /** What comes and goes. */
    <T> void gauge(Name name, T source, ToDoubleFunction<T> value) {
        Gauge.builder(name.text, source, value)
                .description(name.description)
                .tags(common.and(name.tags))
                .register(registry);
    }

    /** Takes nanoseconds. */
    LongConsumer histogram(Name name) {
        Timer timer = Timer.builder(name.text)
                .description(name.description)
                .tags(common.and(name.tags))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A constant as the value of a tag. */
    static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
