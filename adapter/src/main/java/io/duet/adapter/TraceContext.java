package io.duet.adapter;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The trace that something belongs to, on its way to another node or another thread; none where OpenTelemetry's API is not on the class path.
 * Safe for any thread.
 *
 * @param fields as W3C Trace Context names them, {@code traceparent} and {@code tracestate}; empty: no trace
 */
public record TraceContext(Map<String, String> fields) {
    /** What belongs to no trace. */
    public static final TraceContext NONE = new TraceContext(Map.of());

    private static final boolean AVAILABLE = isAvailable();

    public TraceContext {
        fields = Map.copyOf(fields);
    }

    /** The one of the span that is current on this thread. */
    public static TraceContext current() {
        return AVAILABLE ? OpenTelemetry.current() : NONE;
    }

    /** A task that runs as part of what runs now, wherever and whenever that is. */
    public static Runnable bound(Runnable task) {
        return AVAILABLE ? OpenTelemetry.bound(task) : task;
    }

    /** Runs a task as part of this trace. */
    public void run(Runnable task) {
        if (fields.isEmpty() || !AVAILABLE) {
            task.run();
        } else {
            OpenTelemetry.run(this, task);
        }
    }

    private static boolean isAvailable() {
        try {
            Class.forName(
                    "io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator",
                    false,
                    TraceContext.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Loaded only where the API is. The global instance is left alone: whoever asks for it too early decides that there is none. */
    private static final class OpenTelemetry {
        private static final W3CTraceContextPropagator PROPAGATOR = W3CTraceContextPropagator.getInstance();
        private static final Getter GETTER = new Getter();

        static TraceContext current() {
            Map<String, String> fields = new HashMap<>();
            PROPAGATOR.inject(Context.current(), fields, (carrier, name, value) -> fields.put(name, value));
            return fields.isEmpty() ? NONE : new TraceContext(fields);
        }

        static Runnable bound(Runnable task) {
            Context context = Context.current();
            return context == Context.root() ? task : context.wrap(task);
        }

        static void run(TraceContext trace, Runnable task) {
            Context context = PROPAGATOR.extract(Context.current(), trace.fields(), GETTER);
            context.wrap(task).run();
        }
    }

    private static final class Getter implements TextMapGetter<Map<String, String>> {
        @Override
        public Iterable<String> keys(Map<String, String> fields) {
            return fields.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> fields, String name) {
            return fields == null ? null : fields.get(name);
        }
    }
}
