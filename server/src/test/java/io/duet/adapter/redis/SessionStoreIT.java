package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.duet.adapter.SessionState;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions of two nodes in one Redis. */
final class SessionStoreIT {
    private static final SessionState SESSION = new SessionState(
            "socket",
            "secret",
            Set.of("room"),
            JsonNodeFactory.instance.objectNode().put("name", "ann"),
            "1-1");

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private SessionStore first;
    private SessionStore second;

    @BeforeEach
    void start() {
        RedisServer server = redis.single();
        first = store(server, "first-----------");
        second = store(server, "second----------");
        assertThat(get(first.write(SESSION, false))).isTrue();
    }

    /** The answer may be lost. */
    @Test
    void whoHasTakenASessionGetsItAgainAndNobodyElse() {
        assertThat(get(second.take("secret", "taker"))).contains(SESSION);

        assertThat(get(second.take("secret", "taker"))).contains(SESSION);
        assertThat(get(second.take("secret", "other"))).isEqualTo(Optional.empty());
    }

    @Test
    void whoStillHasAClientThatIsElsewhereIsTold() {
        get(second.take("secret", "taker"));

        assertThat(get(first.write(SESSION, true))).isFalse();
        assertThat(get(second.write(SESSION, false))).isTrue();
        assertThat(get(first.write(SESSION, true))).isFalse();
        assertThat(get(second.take("secret", "taker"))).contains(SESSION);
    }

    private SessionStore store(RedisServer server, String node) {
        TestBus bus = redis.closing(TestBus.start(server.uri()));
        bus.listen("room");
        return new SessionStore(bus.bus, "sio:session:", node, Duration.ofMinutes(1));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
