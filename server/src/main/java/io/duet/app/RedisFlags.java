package io.duet.app;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How this node meets the others, under the names of {@link RedisAdapterOptions}. */
final class RedisFlags {
    @Option(
            names = "--redis",
            paramLabel = "<uri>",
            description = "redis://host:port or redis+sentinel://host:port,.../master; with rediss for TLS")
    private @Nullable String redis;

    /** The wires of {@link RedisAdapter}. */
    enum Wire {
        CLASSIC,
        SHARDED,
        STREAMS
    }

    @Option(names = "--adapter", paramLabel = "<name>", description = "classic (default), sharded or streams")
    private @Nullable Wire adapter;

    @Option(names = "--redis-key", paramLabel = "<text>", description = "prefix of channels; default socket.io")
    private @Nullable String key;

    @Option(names = "--redis-subscription", paramLabel = "<name>", description = "targeted (default) or pattern")
    private RedisAdapterOptions.@Nullable Subscription subscription;

    @Option(
            names = "--redis-subscription-mode",
            paramLabel = "<name>",
            description = "sharded: static, dynamic (default) or dynamic_private")
    private RedisAdapterOptions.@Nullable SubscriptionMode subscriptionMode;

    @Option(names = "--redis-requests-timeout", paramLabel = "<time>", description = "for other nodes; default 5s")
    private @Nullable Duration requestsTimeout;

    @Option(names = "--redis-max-publish-wait", paramLabel = "<time>", description = "while Redis is away; default 10s")
    private @Nullable Duration maxPublishWait;

    /** Empty: alone. */
    Optional<RedisAdapter> adapter() {
        if (redis == null || redis.isEmpty()) {
            return Optional.empty();
        }
        RedisAdapterOptions.Builder options = RedisAdapterOptions.builder();
        if (key != null) {
            options.key(key);
        }
        if (subscription != null) {
            options.subscription(subscription);
        }
        if (subscriptionMode != null) {
            options.subscriptionMode(subscriptionMode);
        }
        if (requestsTimeout != null) {
            options.requestsTimeout(requestsTimeout);
        }
        if (maxPublishWait != null) {
            options.maxPublishWait(maxPublishWait);
        }
        RedisAdapterOptions built = options.build();
        return Optional.of(
                switch (adapter == null ? Wire.CLASSIC : adapter) {
                    case CLASSIC -> RedisAdapter.classic(redis, built);
                    case SHARDED -> RedisAdapter.sharded(redis, built);
                    case STREAMS -> RedisAdapter.streams(redis, built);
                });
    }
}
