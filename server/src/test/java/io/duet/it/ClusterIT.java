package io.duet.it;

import io.duet.redis.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Duet and Node servers on one Redis; what is checked is said in {@code cluster.mjs} and {@code vectors.mjs}. */
final class ClusterIT {
    @Test
    void duetAndNodeServersBehaveAsOne() throws Exception {
        try (RedisServer redis = RedisServer.start();
                NodeScript script = NodeScript.kit(
                        "cluster.mjs", "--jar", System.getProperty("duet.fixtures.jar"), "--redis", redis.uri())) {
            script.assertPasses(Duration.ofSeconds(110));
        }
    }

    @Test
    void duetPublishesAndDeliversWhatNodeWasSeenToDo() throws Exception {
        try (RedisServer redis = RedisServer.start();
                NodeScript script = NodeScript.kit(
                        "vectors.mjs",
                        "--jar",
                        System.getProperty("duet.fixtures.jar"),
                        "--redis",
                        redis.uri(),
                        "--vectors",
                        System.getProperty("duet.vectors.dir"))) {
            script.assertPasses(Duration.ofSeconds(110));
        }
    }
}
