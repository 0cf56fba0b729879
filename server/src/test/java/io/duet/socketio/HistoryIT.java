package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.duet.adapter.AdapterFactory;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories of rooms without a cluster. */
final class HistoryIT extends HistoryContract {
    @Override
    AdapterFactory adapters() {
        return InMemoryAdapter.factory();
    }

    @Override
    void settle(Server io) {
        // What was sent is kept when the call returns.
    }

    @Test
    void aWireThatKeepsNothingIsRefused() {
        RedisAdapterOptions options = RedisAdapterOptions.defaults();
        for (RedisAdapter wire : List.of(
                RedisAdapter.classic("redis://localhost", options),
                RedisAdapter.sharded("redis://localhost", options))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Server.builder()
                            .adapter(wire)
                            .history("chat", 10, Duration.ofMinutes(1))
                            .build())
                    .withMessageContaining("RedisAdapter.streams");
        }
    }
}
