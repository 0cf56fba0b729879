package io.duet.app;

import io.duet.metrics.ServerMetrics;
import io.duet.socketio.Server;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.function.BooleanSupplier;

/** What the runnable server tells about itself: its server, its JVM, its process. For as long as the process lives. */
final class NodeMetrics {
    private NodeMetrics() {}

    static void bind(MeterRegistry registry, Server server, BooleanSupplier ready) {
        new ServerMetrics(server).bindTo(registry);
        Gauge.builder("duet.ready", () -> ready.getAsBoolean() ? 1 : 0)
                .description("1 while clients should be sent here")
                .register(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmGcMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }
}
