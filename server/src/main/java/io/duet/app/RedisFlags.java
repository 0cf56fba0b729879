package io.duet.app;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How this node meets the others, under the names of {@link RedisAdapterOptions}. */
final class RedisFlags {
    @Mixin
    private final RedisAccess access = new RedisAccess();

    @Option(names = "--redis-subscription", paramLabel = "<name>", description = "targeted (default) or pattern")
    private RedisAdapterOptions.@Nullable Subscription subscription;

    @Option(names = "--redis-requests-timeout", paramLabel = "<time>", description = "for other nodes; default 5s")
    private @Nullable Duration requestsTimeout;

    /** Empty: alone. */
    Optional<RedisAdapter> adapter() {
        return access.uri().map(this::adapter);
    }

    private RedisAdapter adapter(String uri) {
        RedisAdapterOptions options = options();
        return switch (access.wire()) {
            case CLASSIC -> RedisAdapter.classic(uri, options);
            case SHARDED -> RedisAdapter.sharded(uri, options);
            case STREAMS -> RedisAdapter.streams(uri, options);
        };
    }

    private RedisAdapterOptions options() {
        RedisAdapterOptions.Builder options = access.options();
        if (subscription != null) {
            options.subscription(subscription);
        }
        if (requestsTimeout != null) {
            options.requestsTimeout(requestsTimeout);
        }
        return options.build();
    }
}
