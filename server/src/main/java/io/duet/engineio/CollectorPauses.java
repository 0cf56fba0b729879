package io.duet.engineio;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.LongSupplier;

/** For how long the garbage collectors have stopped everything since the JVM's start, in milliseconds. Safe for any thread. */
final class CollectorPauses implements LongSupplier {
    private final List<GarbageCollectorMXBean> pausing = ManagementFactory.getGarbageCollectorMXBeans().stream()
            .filter(collector -> pauses(collector.getName()))
            .toList();

    /** Of what runs beside the application there are beans as well: of G1 "Concurrent GC", of ZGC and Shenandoah "Cycles". */
    static boolean pauses(String collector) {
        return !collector.contains("Concurrent") && !collector.contains("Cycles");
    }

    @Override
    public long getAsLong() {
        long sum = 0;
        for (GarbageCollectorMXBean collector : pausing) {
            sum += Math.max(0, collector.getCollectionTime());
        }
        return sum;
    }
}
