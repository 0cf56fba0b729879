package io.duet.it;

import io.duet.redis.RedisExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** On the Redis that all tests use; {@link NewerRedisIT} has others. */
final class TwoServersIT {
    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void areOneCluster() {
        try (TwoServers servers = new TwoServers(redis.single().uri())) {
            servers.assertAreOne();
        }
    }
}
