package io.duet.it;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** The same as {@link TwoServersIT} on servers that are newer than the local one; left out where there is no Docker. */
@Tag("docker")
@Testcontainers(disabledWithoutDocker = true)
final class NewerRedisIT {
    private static final int PORT = 6379;

    @ParameterizedTest
    @ValueSource(strings = {"redis:8.2", "valkey/valkey:8.1"})
    void serversAreOneCluster(String image) {
        try (GenericContainer<?> redis = new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(PORT)) {
            redis.start();
            try (TwoServers servers = new TwoServers("redis://" + redis.getHost() + ":" + redis.getMappedPort(PORT))) {
                servers.assertAreOne();
            }
        }
    }
}
