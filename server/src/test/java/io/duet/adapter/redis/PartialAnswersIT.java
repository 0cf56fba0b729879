package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.SocketDetails;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.socketio.Server;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that is counted and does not answer. */
final class PartialAnswersIT {
    private static final Duration LIMIT = Duration.ofMillis(500);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void whatDidComeIsNotThrownAway() {
        RedisServer server = redis.single();
        Server first = node(server);
        Server second = node(server);
        RedissonBus silent = RedissonBus.start(
                RedisServers.at(RedisUri.parse(server.uri())), RedisAdapterOptions.defaults(), PubSub.PLAIN);
        redis.closing(() -> silent.close(Duration.ZERO).toCompletableFuture().get(5, TimeUnit.SECONDS));
        String requests = new Channels("socket.io", "/").request();
        silent.subscribeCounted(requests, (channel, payload) -> {})
                .toCompletableFuture()
                .join();
        await().until(() ->
                first.sockets().adapter().serverCount().toCompletableFuture().join() == 3);

        String here = connect(first);
        String there = connect(second);

        assertThat(failure(first.fetchSockets()).partial())
                .extracting(socket -> ((SocketDetails) socket).id())
                .containsExactlyInAnyOrder(here, there);
        assertThat(failure(first.sockets().adapter().allRooms()).partial()).isEqualTo(Set.of(here, there));
    }

    private String connect(Server node) {
        return redis.closing(RawSocketIoClient.open(node.port())).join("/");
    }

    private static ClusterTimeoutException failure(CompletionStage<?> question) {
        CompletionException failure = catchThrowableOfType(
                CompletionException.class, () -> question.toCompletableFuture().join());
        ClusterTimeoutException timeout = (ClusterTimeoutException) failure.getCause();
        assertThat(timeout.received()).isOne();
        assertThat(timeout.expected()).isEqualTo(2);
        return timeout;
    }

    private Server node(RedisServer server) {
        RedisAdapterOptions options =
                RedisAdapterOptions.builder().requestsTimeout(LIMIT).build();
        Server node = Server.builder()
                .host("127.0.0.1")
                .adapter(RedisAdapter.classic(server.uri(), options))
                .build()
                .start();
        redis.closing(() -> node.close().toCompletableFuture().get(5, TimeUnit.SECONDS));
        return node;
    }
}
