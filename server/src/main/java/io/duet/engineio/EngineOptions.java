package io.duet.engineio;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an Engine.IO server is told at its start. Immutable; checked as they are set. Names and defaults are those of the
 * npm package engine.io 6.6 where it has the option.
 */
public final class EngineOptions {
    public static final String DEFAULT_PATH = "/engine.io";
    public static final Duration DEFAULT_PING_INTERVAL = Duration.ofSeconds(25);
    public static final Duration DEFAULT_PING_TIMEOUT = Duration.ofSeconds(20);
    public static final Duration DEFAULT_UPGRADE_TIMEOUT = Duration.ofSeconds(10);
    public static final int DEFAULT_MAX_HTTP_BUFFER_SIZE = 1_000_000;
    public static final int DEFAULT_COMPRESSION_THRESHOLD_BYTES = 1024;
    public static final int DEFAULT_MAX_QUEUED_BYTES = 8 * 1024 * 1024;

    private final String path;
    private final boolean addTrailingSlash;
    private final Duration pingInterval;
    private final Duration pingTimeout;
    private final Duration upgradeTimeout;
    private final int maxHttpBufferSize;
    private final Set<TransportName> transports;
    private final boolean allowUpgrades;
    private final boolean allowEIO3;
    private final RequestGate allowRequest;
    private final @Nullable CorsOptions cors;
    private final @Nullable CookieOptions cookie;
    private final int httpCompressionThresholdBytes;
    private final int perMessageDeflateThresholdBytes;
    private final int maxQueuedBytes;
    private final @Nullable String initialPacket;
    private final Function<EngineRequest, CompletionStage<String>> generateId;
    private final ClientAddress clientAddress;

    EngineOptions(EngineSettings<?> builder) {
        this.path = builder.path;
        this.addTrailingSlash = builder.addTrailingSlash;
        this.pingInterval = builder.pingInterval;
        this.pingTimeout = builder.pingTimeout;
        this.upgradeTimeout = builder.upgradeTimeout;
        this.maxHttpBufferSize = builder.maxHttpBufferSize;
        this.transports = builder.transports;
        this.allowUpgrades = builder.allowUpgrades;
        this.allowEIO3 = builder.allowEIO3;
        this.allowRequest = builder.allowRequest;
        this.cors = builder.cors;
        this.cookie = builder.cookie;
        this.httpCompressionThresholdBytes = builder.httpCompressionThresholdBytes;
        this.perMessageDeflateThresholdBytes = builder.perMessageDeflateThresholdBytes;
        this.maxQueuedBytes = builder.maxQueuedBytes;
        this.initialPacket = builder.initialPacket;
        this.generateId = builder.generateId;
        this.clientAddress = builder.clientAddress;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Without trailing slash. */
    public String path() {
        return path;
    }

    /** The prefix that makes a request ours. */
    String pathPrefix() {
        return addTrailingSlash ? path + "/" : path;
    }

    public Duration pingInterval() {
        return pingInterval;
    }

    public Duration pingTimeout() {
        return pingTimeout;
    }

    public Duration upgradeTimeout() {
        return upgradeTimeout;
    }

    public int maxHttpBufferSize() {
        return maxHttpBufferSize;
    }

    public Set<TransportName> transports() {
        return transports;
    }

    /** Whether polling sessions may move to a WebSocket. */
    public boolean upgradesToWebSocket() {
        return allowUpgrades && transports.contains(TransportName.WEBSOCKET);
    }

    public boolean allowEIO3() {
        return allowEIO3;
    }

    RequestGate allowRequest() {
        return allowRequest;
    }

    Optional<CorsOptions> cors() {
        return Optional.ofNullable(cors);
    }

    Optional<CookieOptions> cookie() {
        return Optional.ofNullable(cookie);
    }

    /** {@link Integer#MAX_VALUE} if off. */
    int httpCompressionThresholdBytes() {
        return httpCompressionThresholdBytes;
    }

    /** {@link Integer#MAX_VALUE} if off. */
    int perMessageDeflateThresholdBytes() {
        return perMessageDeflateThresholdBytes;
    }

    boolean perMessageDeflate() {
        return perMessageDeflateThresholdBytes != Integer.MAX_VALUE;
    }

    public int maxQueuedBytes() {
        return maxQueuedBytes;
    }

    Optional<String> initialPacket() {
        return Optional.ofNullable(initialPacket);
    }

    Function<EngineRequest, CompletionStage<String>> generateId() {
        return generateId;
    }

    ClientAddress clientAddress() {
        return clientAddress;
    }

    /** Builds the options of a bare Engine.IO server. */
    public static final class Builder extends EngineSettings<Builder> {
        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        public EngineOptions build() {
            return engineOptions();
        }
    }
}
