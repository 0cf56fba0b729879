package io.duet.app;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the cluster's Redis is, for its nodes and for who only sends to them. */
final class RedisAccess {
    @Option(
            names = "--redis",
            paramLabel = "<uri>",
            description = "redis[s]://host:port, redis[s]+sentinel://host:port,.../master")
    private @Nullable String redis;

    /** Those of {@link RedisAdapter}. */
    enum Wire {
        CLASSIC,
        SHARDED,
        STREAMS
    }

    @Option(names = "--adapter", paramLabel = "<name>", description = "classic (default), sharded or streams")
    private @Nullable Wire adapter;

    @Option(
            names = "--redis-subscription-mode",
            paramLabel = "<name>",
            description = "sharded: static, dynamic (default) or dynamic_private")
    private RedisAdapterOptions.@Nullable SubscriptionMode subscriptionMode;

    @Option(names = "--redis-key", paramLabel = "<text>", description = "prefix of channels; default socket.io")
    private @Nullable String key;

    @Option(names = "--redis-max-publish-wait", paramLabel = "<time>", description = "while Redis is away; default 10s")
    private @Nullable Duration maxPublishWait;

    Optional<String> uri() {
        return Optional.ofNullable(redis).filter(uri -> !uri.isEmpty());
    }

    Wire wire() {
        return adapter == null ? Wire.CLASSIC : adapter;
    }

    /** @throws IllegalArgumentException if a value is out of its bounds */
    RedisAdapterOptions.Builder options() {
        RedisAdapterOptions.Builder options = RedisAdapterOptions.builder();
        if (key != null) {
            options.key(key);
        }
        if (subscriptionMode != null) {
            options.subscriptionMode(subscriptionMode);
        }
        if (maxPublishWait != null) {
            options.maxPublishWait(maxPublishWait);
        }
        return options;
    }
}
