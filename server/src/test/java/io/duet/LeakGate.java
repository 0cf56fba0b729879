package io.duet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.HashedWheelTimer;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Fails the test run when a reference-counted buffer was dropped without being released.
 *
 * <p>Netty finds a leak only after the garbage collector has, and only at the next allocation: a short run would end
 * before. So this asks for both once all tests are done.
 */
public final class LeakGate implements LauncherSessionListener {
    private static final int COLLECTIONS = 3;

    /** A server of netty-socketio makes one that is neither started nor stopped once its pipeline is replaced: it holds nothing. */
    private static final String UNUSED_TIMER = "HashedWheelTimer";

    private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new RecordingFactory());
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            allocate(PooledByteBufAllocator.DEFAULT.directBuffer());
            allocate(UnpooledByteBufAllocator.DEFAULT.buffer());
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " buffers leaked:\n" + String.join("\n", leaks));
        }
    }

    private static void allocate(ByteBuf buffer) {
        buffer.release();
    }

    private final class RecordingFactory extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation")
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
            // A server of netty-socketio that is given a pipeline drops the one it has made itself, with a timer that
            // never ran.
            return resource == HashedWheelTimer.class
                    ? new ResourceLeakDetector<>(resource, interval)
                    : new RecordingDetector<>(resource, interval);
        }
    }

    private final class RecordingDetector<T> extends ResourceLeakDetector<T> {
        RecordingDetector(Class<?> resource, int interval) {
            super(resource, interval);
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            if (!resourceType.equals(UNUSED_TIMER)) {
                leaks.add(resourceType + records);
                super.reportTracedLeak(resourceType, records);
            }
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            leaks.add(resourceType);
            super.reportUntracedLeak(resourceType);
        }
    }
}
