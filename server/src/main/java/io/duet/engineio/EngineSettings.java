package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The options of Engine.IO, for the builders of all servers that stand on it. Names and defaults are those of the npm package engine.io 6.6
 * where it has the option; each setter checks its value and names it if it is wrong. Not safe for several threads.
 *
 * @param <B> the builder itself
 */
public abstract class EngineSettings<B extends EngineSettings<B>> {
    String path = EngineOptions.DEFAULT_PATH;
    boolean addTrailingSlash = true;
    Duration pingInterval = EngineOptions.DEFAULT_PING_INTERVAL;
    Duration pingTimeout = EngineOptions.DEFAULT_PING_TIMEOUT;
    Duration upgradeTimeout = EngineOptions.DEFAULT_UPGRADE_TIMEOUT;
    int maxHttpBufferSize = EngineOptions.DEFAULT_MAX_HTTP_BUFFER_SIZE;
    Set<TransportName> transports = Set.of(TransportName.POLLING, TransportName.WEBSOCKET);
    boolean allowUpgrades = true;
    boolean allowEIO3;
    RequestGate allowRequest = RequestGate.OPEN;

    @Nullable
    CorsOptions cors;

    @Nullable
    CookieOptions cookie;

    int httpCompressionThresholdBytes = EngineOptions.DEFAULT_COMPRESSION_THRESHOLD_BYTES;
    int perMessageDeflateThresholdBytes = Integer.MAX_VALUE;
    int maxQueuedBytes = EngineOptions.DEFAULT_MAX_QUEUED_BYTES;

    @Nullable
    String initialPacket;

    Function<EngineRequest, CompletionStage<String>> generateId =
            request -> CompletableFuture.completedFuture(RandomId.next());
    ClientAddress clientAddress = ClientAddress.trusting(List.of());

    /** The builder as its own type. */
    protected abstract B self();

    /**
     * Must start with a slash; a trailing one is dropped. Default {@value EngineOptions#DEFAULT_PATH}; of a Socket.IO server
     * {@code /socket.io}.
     */
    public B path(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: " + path + " (expected: text that starts with /)");
        }
        this.path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return self();
    }

    /** Whether only requests that start with path and a slash are ours; default true. */
    public B addTrailingSlash(boolean addTrailingSlash) {
        this.addTrailingSlash = addTrailingSlash;
        return self();
    }

    /** From the end of one heartbeat to the next; default 25 s. */
    public B pingInterval(Duration pingInterval) {
        this.pingInterval = positive("pingInterval", pingInterval);
        return self();
    }

    /** How long a peer may take to answer a heartbeat; default 20 s. */
    public B pingTimeout(Duration pingTimeout) {
        this.pingTimeout = positive("pingTimeout", pingTimeout);
        return self();
    }

    /** How long an upgrade may take before its WebSocket is closed; default 10 s. */
    public B upgradeTimeout(Duration upgradeTimeout) {
        this.upgradeTimeout = positive("upgradeTimeout", upgradeTimeout);
        return self();
    }

    /**
     * Largest polling body and largest WebSocket message a peer may send; announced to it. A larger body is answered with 413, a larger
     * message closes the session with WebSocket code 1009. Default {@value EngineOptions#DEFAULT_MAX_HTTP_BUFFER_SIZE}.
     */
    public B maxHttpBufferSize(int maxHttpBufferSize) {
        this.maxHttpBufferSize = positive("maxHttpBufferSize", maxHttpBufferSize);
        return self();
    }

    /** Default both. */
    public B transports(TransportName... transports) {
        if (transports.length == 0) {
            throw new IllegalArgumentException("transports: none (expected: at least one)");
        }
        this.transports = Set.copyOf(EnumSet.of(transports[0], transports));
        return self();
    }

    /** Whether polling sessions may move to a WebSocket; default true. */
    public B allowUpgrades(boolean allowUpgrades) {
        this.allowUpgrades = allowUpgrades;
        return self();
    }

    /** Whether protocol revision 3 (JS clients 1.x and 2.x) is served too; default false. */
    public B allowEIO3(boolean allowEIO3) {
        this.allowEIO3 = allowEIO3;
        return self();
    }

    /** Decides on each handshake; default: all may. */
    public B allowRequest(RequestGate allowRequest) {
        this.allowRequest = requireNonNull(allowRequest, "allowRequest");
        return self();
    }

    /** Default: no cross-origin access, no CORS header at all. */
    public B cors(CorsOptions cors) {
        this.cors = requireNonNull(cors, "cors");
        return self();
    }

    /** Default: none. */
    public B cookie(CookieOptions cookie) {
        this.cookie = requireNonNull(cookie, "cookie");
        return self();
    }

    /**
     * Polling answers of at least this size are compressed if the peer takes it; 0 for all. Default
     * {@value EngineOptions#DEFAULT_COMPRESSION_THRESHOLD_BYTES}.
     */
    public B httpCompression(int thresholdBytes) {
        this.httpCompressionThresholdBytes = notNegative("httpCompression threshold", thresholdBytes);
        return self();
    }

    /** Compresses no polling answer. */
    public B noHttpCompression() {
        this.httpCompressionThresholdBytes = Integer.MAX_VALUE;
        return self();
    }

    /**
     * Offers permessage-deflate (RFC 7692), without context takeover on either side: a compressed broadcast is shared by all receivers
     * and an idle session holds no compressor. Messages smaller than the threshold go uncompressed; with 0, none. Default: off.
     */
    public B perMessageDeflate(int thresholdBytes) {
        this.perMessageDeflateThresholdBytes = notNegative("perMessageDeflate threshold", thresholdBytes);
        return self();
    }

    /** The same with Node's threshold, {@value EngineOptions#DEFAULT_COMPRESSION_THRESHOLD_BYTES} bytes. */
    public B perMessageDeflate() {
        return perMessageDeflate(EngineOptions.DEFAULT_COMPRESSION_THRESHOLD_BYTES);
    }

    /**
     * How much may wait for one peer that does not read, until the network has taken it. What comes on top closes the session
     * ({@link CloseReason#TRANSPORT_ERROR}): that cannot be changed, for a peer that misses messages without knowing it is worse off than one
     * that starts anew. One message alone may be larger. Default 8 MiB.
     */
    public B maxQueuedBytes(int maxQueuedBytes) {
        this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
        return self();
    }

    /** A text message that follows the open packet of each session; default none. */
    public B initialPacket(String initialPacket) {
        this.initialPacket = requireNonNull(initialPacket, "initialPacket");
        return self();
    }

    /**
     * Makes the secret ids of sessions, Node's {@code generateId}: unique, hard to guess, URL-safe. Called on an event loop; a stage that fails,
     * or an id that is in use, refuses the handshake. Default: 120 random bits.
     */
    public B generateId(Function<EngineRequest, CompletionStage<String>> generateId) {
        this.generateId = requireNonNull(generateId, "generateId");
        return self();
    }

    /**
     * Proxies whose {@code X-Forwarded-For}, {@code Forwarded} or PROXY protocol header names the client: addresses, or networks as
     * {@code 10.0.0.0/8}. Default none: the client is the peer of the connection, or whom its PROXY protocol header names if one is expected.
     *
     * @throws IllegalArgumentException if one is neither
     */
    public B trustedProxies(String... networks) {
        this.clientAddress = ClientAddress.trusting(List.of(networks));
        return self();
    }

    /** What was set so far, as engines take it. */
    protected EngineOptions engineOptions() {
        return new EngineOptions(this);
    }

    private static int notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
        }
        return value;
    }

    protected static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
        return value;
    }

    protected static int positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
        return value;
    }
}
