package io.duet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives a test the Redis it asks for, and ends it behind the test. */
public final class RedisExtension implements AfterEachCallback {
    /** Short, so that tests are; what is measured uses its own. */
    private static final Duration DOWN_AFTER = Duration.ofSeconds(1);

    private final List<AutoCloseable> running = new ArrayList<>();

    public RedisServer single(String... arguments) {
        return closing(RedisServer.start(arguments));
    }

    public SentinelTopology sentinel() {
        return closing(SentinelTopology.start(DOWN_AFTER));
    }

    public ClusterTopology cluster() {
        return closing(ClusterTopology.start());
    }

    /** Ends something else behind the test too, before what was started earlier. */
    public <T extends AutoCloseable> T closing(T resource) {
        running.add(0, resource);
        return resource;
    }

    /** Each is closed, whatever becomes of the others. */
    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Throwable failure = null;
        for (AutoCloseable resource : running) {
            try {
                resource.close();
            } catch (Exception | AssertionError e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        running.clear();
        if (failure instanceof AssertionError error) {
            throw error;
        }
        if (failure != null) {
            throw (Exception) failure;
        }
    }
}
