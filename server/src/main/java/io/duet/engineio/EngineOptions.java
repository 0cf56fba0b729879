package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an Engine.IO server is told at its start. Immutable; checked once, at {@link Builder#build()}. Names and defaults are those of the
 * npm package engine.io 6.6 where it has the option.
 */
public final class EngineOptions {
    public static final String DEFAULT_PATH = "/engine.io";
    public static final Duration DEFAULT_PING_INTERVAL = Duration.ofSeconds(25);
    public static final Duration DEFAULT_PING_TIMEOUT = Duration.ofSeconds(20);
    public static final Duration DEFAULT_UPGRADE_TIMEOUT = Duration.ofSeconds(10);
    public static final int DEFAULT_MAX_PAYLOAD_BYTES = 1_000_000;
    public static final int DEFAULT_COMPRESSION_THRESHOLD_BYTES = 1024;
    public static final int DEFAULT_MAX_QUEUED_BYTES = 8 * 1024 * 1024;

    private final String path;
    private final boolean addTrailingSlash;
    private final Duration pingInterval;
    private final Duration pingTimeout;
    private final Duration upgradeTimeout;
    private final int maxPayloadBytes;
    private final Set<TransportName> transports;
    private final boolean allowUpgrades;
    private final boolean allowV3;
    private final RequestGate gate;
    private final @Nullable CorsOptions cors;
    private final @Nullable CookieOptions cookie;
    private final int httpCompressionThresholdBytes;
    private final int perMessageDeflateThresholdBytes;
    private final int maxQueuedBytes;

    private EngineOptions(Builder builder) {
        this.path = builder.path;
        this.addTrailingSlash = builder.addTrailingSlash;
        this.pingInterval = builder.pingInterval;
        this.pingTimeout = builder.pingTimeout;
        this.upgradeTimeout = builder.upgradeTimeout;
        this.maxPayloadBytes = builder.maxPayloadBytes;
        this.transports = builder.transports;
        this.allowUpgrades = builder.allowUpgrades;
        this.allowV3 = builder.allowV3;
        this.gate = builder.gate;
        this.cors = builder.cors;
        this.cookie = builder.cookie;
        this.httpCompressionThresholdBytes = builder.httpCompressionThresholdBytes;
        this.perMessageDeflateThresholdBytes = builder.perMessageDeflateThresholdBytes;
        this.maxQueuedBytes = builder.maxQueuedBytes;
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

    public int maxPayloadBytes() {
        return maxPayloadBytes;
    }

    public Set<TransportName> transports() {
        return transports;
    }

    /** Whether polling sessions may move to a WebSocket. */
    public boolean upgradesToWebSocket() {
        return allowUpgrades && transports.contains(TransportName.WEBSOCKET);
    }

    public boolean allowV3() {
        return allowV3;
    }

    RequestGate gate() {
        return gate;
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

    /** Not safe for several threads. */
    public static final class Builder {
        private String path = DEFAULT_PATH;
        private boolean addTrailingSlash = true;
        private Duration pingInterval = DEFAULT_PING_INTERVAL;
        private Duration pingTimeout = DEFAULT_PING_TIMEOUT;
        private Duration upgradeTimeout = DEFAULT_UPGRADE_TIMEOUT;
        private int maxPayloadBytes = DEFAULT_MAX_PAYLOAD_BYTES;
        private Set<TransportName> transports = Set.of(TransportName.POLLING, TransportName.WEBSOCKET);
        private boolean allowUpgrades = true;
        private boolean allowV3;
        private RequestGate gate = RequestGate.OPEN;
        private @Nullable CorsOptions cors;
        private @Nullable CookieOptions cookie;
        private int httpCompressionThresholdBytes = DEFAULT_COMPRESSION_THRESHOLD_BYTES;
        private int perMessageDeflateThresholdBytes = Integer.MAX_VALUE;
        private int maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES;

        private Builder() {}

        /** Must start with a slash; a trailing one is dropped. Default {@value EngineOptions#DEFAULT_PATH}. */
        public Builder path(String path) {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("path: " + path + " (expected: text that starts with /)");
            }
            this.path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            return this;
        }

        /** Whether only requests that start with path and a slash are ours; default true. */
        public Builder addTrailingSlash(boolean addTrailingSlash) {
            this.addTrailingSlash = addTrailingSlash;
            return this;
        }

        /** From the end of one heartbeat to the next; default 25 s. */
        public Builder pingInterval(Duration pingInterval) {
            this.pingInterval = positive("pingInterval", pingInterval);
            return this;
        }

        /** How long a peer may take to answer a heartbeat; default 20 s. */
        public Builder pingTimeout(Duration pingTimeout) {
            this.pingTimeout = positive("pingTimeout", pingTimeout);
            return this;
        }

        /** How long an upgrade may take before its WebSocket is closed; default 10 s. */
        public Builder upgradeTimeout(Duration upgradeTimeout) {
            this.upgradeTimeout = positive("upgradeTimeout", upgradeTimeout);
            return this;
        }

        /**
         * Largest polling body and largest WebSocket message a peer may send; announced to it. A larger body is answered with 413, a larger
         * message closes the session with WebSocket code 1009. Default {@value EngineOptions#DEFAULT_MAX_PAYLOAD_BYTES}.
         */
        public Builder maxPayloadBytes(int maxPayloadBytes) {
            this.maxPayloadBytes = positive("maxPayloadBytes", maxPayloadBytes);
            return this;
        }

        /** Default both. */
        public Builder transports(TransportName... transports) {
            if (transports.length == 0) {
                throw new IllegalArgumentException("transports: none (expected: at least one)");
            }
            this.transports = Set.copyOf(EnumSet.of(transports[0], transports));
            return this;
        }

        /** Whether polling sessions may move to a WebSocket; default true. */
        public Builder allowUpgrades(boolean allowUpgrades) {
            this.allowUpgrades = allowUpgrades;
            return this;
        }

        /** Whether protocol revision 3 (JS clients 1.x and 2.x) is served too; default false. */
        public Builder allowV3(boolean allowV3) {
            this.allowV3 = allowV3;
            return this;
        }

        /** Decides on each handshake; default: all may. */
        public Builder gate(RequestGate gate) {
            this.gate = requireNonNull(gate, "gate");
            return this;
        }

        /** Default: no cross-origin access, no CORS header at all. */
        public Builder cors(CorsOptions cors) {
            this.cors = requireNonNull(cors, "cors");
            return this;
        }

        /** Default: none. */
        public Builder cookie(CookieOptions cookie) {
            this.cookie = requireNonNull(cookie, "cookie");
            return this;
        }

        /** Polling answers of at least this size are compressed if the peer takes it; default 1024. */
        public Builder httpCompression(int thresholdBytes) {
            this.httpCompressionThresholdBytes = positive("httpCompression threshold", thresholdBytes);
            return this;
        }

        public Builder noHttpCompression() {
            this.httpCompressionThresholdBytes = Integer.MAX_VALUE;
            return this;
        }

        /**
         * Offers permessage-deflate (RFC 7692), without context takeover on either side: a compressed broadcast is shared by all receivers
         * and an idle session holds no compressor. Messages smaller than the threshold go uncompressed. Default: off.
         */
        public Builder perMessageDeflate(int thresholdBytes) {
            this.perMessageDeflateThresholdBytes = positive("perMessageDeflate threshold", thresholdBytes);
            return this;
        }

        /**
         * How much may wait for one peer that does not read. What comes on top closes the session ({@link CloseReason#TRANSPORT_ERROR});
         * one message alone may be larger. Default 8 MiB.
         */
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
            return this;
        }

        public EngineOptions build() {
            return new EngineOptions(this);
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
            }
            return value;
        }

        private static int positive(String name, int value) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
            }
            return value;
        }
    }
}
