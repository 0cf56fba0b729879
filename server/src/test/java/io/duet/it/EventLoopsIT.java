package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.redis.RedisExtension;
import io.duet.wire.RawSocketIoClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** On which threads the connections of a node are, by the number of its processors. */
@EnabledOnOs(OS.LINUX)
final class EventLoopsIT {
    private static final int CLIENTS = 4;

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void withOneProcessorClientsAndRedisShareOne() throws Exception {
        assertThat(loops(1)).containsExactly("duet-io-1");
    }

    @Test
    void withTwoEachClientHasOneOfTwoAndRedisItsOwn() throws Exception {
        assertThat(loops(2)).containsExactly("duet-cluster-io", "duet-io-1", "duet-io-2");
    }

    private List<String> loops(int processors) throws Exception {
        try (FixtureProcess server = FixtureProcess.fixture(
                        "bench", "--redis", redis.single().uri())
                .jvmOption("-XX:ActiveProcessorCount=" + processors)
                .start()) {
            // It is ready before Redis is.
            server.awaitLog("redis: connected");
            for (int i = 0; i < CLIENTS; i++) {
                try (RawSocketIoClient client = RawSocketIoClient.open(server.port())) {
                    assertThat(client.join("/")).isNotEmpty();
                }
            }
            return server.threads().stream()
                    .filter(name -> name.startsWith("duet-") && name.contains("io") || name.startsWith("epoll"))
                    .sorted()
                    .toList();
        }
    }
}
