package io.duet.engineio;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection, whatever carries it: heartbeat, upgrade, queue of outgoing messages (engine.io-protocol v4).
 *
 * <p>Threads: {@link #send}, {@link #sendVolatile} and {@link #close} may be called from any thread and never block; the order of one
 * thread's calls is the order on the wire. Everything else happens on the session's {@link #eventLoop()}, which never changes. Delivery is at
 * most once: what is queued when the session ends is lost.
 */
public final class EngineSession {
    private static final Logger log = LoggerFactory.getLogger(EngineSession.class);

    private static final OutboundMessage PING = OutboundMessage.of(new EnginePacket.Ping(""));
    private static final String PROBE = "probe";

    /** The first release of a held poll comes early: clients hold messages back while they upgrade. */
    private static final long FIRST_RELEASE_MILLIS = 10;

    private static final long RELEASE_INTERVAL_MILLIS = 100;

    /** How long a session that is being closed may wait for its queue to drain or for the next poll. */
    private static final long CLOSE_TIMEOUT_SECONDS = 30;

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    /** The session below this one on its loop's stack; see {@link SessionLoop}. */
    @Nullable
    EngineSession nextReady;

    private final EngineServer server;
    private final EngineSessionId id;
    private final SessionLoop loop;
    private final EngineRequest request;
    private final ProtocolRevision revision;
    private final Outbox outbox = new Outbox();
    private SessionHandler handler = DiscardingHandler.INSTANCE;

    private Transport transport;
    private State state = State.OPEN;
    private @Nullable WebSocketTransport probe;
    private boolean probed;
    private boolean awaitingPong;
    private boolean pongDeadlineMovable;
    private boolean readingSuspended;
    private @Nullable ScheduledFuture<?> heartbeat;
    private @Nullable ScheduledFuture<?> upgradeTimer;
    private @Nullable ScheduledFuture<?> releaseTimer;
    private @Nullable ScheduledFuture<?> closeTimer;
    private CloseReason closingReason = CloseReason.FORCED_CLOSE;
    private String closingDescription = "";

    /** For other threads: a plain copy of what the event loop knows. */
    private volatile TransportName transportName;

    private volatile boolean transportReady;
    private volatile boolean sendable = true;

    EngineSession(
            EngineServer server,
            EngineSessionId id,
            SessionLoop loop,
            EngineRequest request,
            ProtocolRevision revision) {
        this.server = server;
        this.id = id;
        this.loop = loop;
        this.request = request;
        this.revision = revision;
        EngineOptions options = server.options();
        this.transport = new PollingTransport(this, options.httpCompressionThresholdBytes());
        this.transportName = TransportName.POLLING;
    }

    // Any thread

    /** The request that opened the session; stays the same when the session moves to another transport. */
    public EngineRequest request() {
        return request;
    }

    public ProtocolRevision revision() {
        return revision;
    }

    /** The secret id. Revision 3 clients use it as the public id of their socket in the main namespace, so that it cannot be kept from them. */
    public String legacySocketId() {
        if (revision != ProtocolRevision.V3) {
            throw new IllegalStateException("revision: " + revision + " (expected: V3)");
        }
        return id.value();
    }

    public TransportName transportName() {
        return transportName;
    }

    /** All callbacks of this session run here, as may code that wants to be in step with them. */
    public EventExecutor executor() {
        return loop.eventLoop();
    }

    /**
     * Queues a message behind all that was sent before.
     *
     * @return false if the session is over, or is being closed because too much waits for its peer already
     */
    public boolean send(OutboundMessage message) {
        if (!sendable) {
            return false;
        }
        int size = message.sizeBytes();
        long queued = outbox.reserve(size);
        if (queued > server.options().maxQueuedBytes() && queued > size) {
            outbox.release(size);
            overflow(queued);
            return false;
        }
        if (outbox.push(message)) {
            loop.flushSoon(this);
        }
        return true;
    }

    /** Sends only if the transport could take it at once: nothing waits or is being written, and a poll is held if there must be one. */
    public boolean sendVolatile(OutboundMessage message) {
        return transportReady && outbox.isIdle() && send(message);
    }

    /**
     * Closes once everything sent before has left, at most 30 s later.
     *
     * @param discard closes at once instead; what is queued is lost
     */
    public void close(CloseReason reason, String description, boolean discard) {
        run(() -> {
            if (discard) {
                end(reason, description);
            } else {
                closeGracefully(reason, description);
            }
        });
    }

    /** How many bytes wait for the peer or are being written. */
    public long queuedBytes() {
        return outbox.queuedBytes();
    }

    // Event loop: for the owner

    /** Writes what is queued now rather than at the end of this turn; event loop only. */
    public void flushNow() {
        flush();
    }

    /** Stops reading from the peer while its messages are handled slower than they come; heartbeats then do not time out. Event loop only. */
    public void suspendReading(boolean suspended) {
        readingSuspended = suspended;
        if (state != State.CLOSED) {
            transport.suspendReading(suspended);
        }
    }

    // Event loop: for server and transports

    EventLoop eventLoop() {
        return loop.eventLoop();
    }

    SessionLoop sessionLoop() {
        return loop;
    }

    EngineSessionId id() {
        return id;
    }

    /** Opens over polling; the exchange is the handshake. */
    void openPolling(HttpExchange exchange, OutboundMessage open) {
        PollingTransport polling = (PollingTransport) transport;
        outbox.reserve(open.sizeBytes());
        outbox.push(open);
        polling.onRequest(exchange);
        startHeartbeat();
    }

    /** Opens over a WebSocket whose handshake is done. */
    void openWebSocket(WebSocketTransport webSocket, OutboundMessage open) {
        useWebSocket(webSocket);
        send(open);
        flush();
        startHeartbeat();
    }

    /** Makes {@code owner} hear of the session from now on. */
    void handler(SessionHandler owner) {
        handler = owner;
    }

    void onPollingRequest(HttpExchange exchange) {
        if (state != State.CLOSED && transport instanceof PollingTransport polling) {
            polling.onRequest(exchange);
        } else if (state == State.CLOSED) {
            exchange.refuse(EngineError.SESSION_ID_UNKNOWN, EngineError.SESSION_ID_UNKNOWN.message());
        } else {
            exchange.refuse(EngineError.BAD_REQUEST, EngineError.BAD_REQUEST.message());
        }
    }

    /** Whether a WebSocket may probe now. */
    boolean canUpgrade() {
        return state == State.OPEN && probe == null && transport instanceof PollingTransport;
    }

    /** A WebSocket with this session's id has been opened. */
    void onProbe(WebSocketTransport candidate) {
        if (!canUpgrade()) {
            candidate.close();
            return;
        }
        probe = candidate;
        probed = false;
        upgradeTimer =
                schedule(this::failUpgrade, server.options().upgradeTimeout().toMillis());
    }

    void onPacket(Transport from, EnginePacket packet) {
        if (from == probe) {
            onProbePacket(probe, packet);
        } else if (from == transport && state != State.CLOSED) {
            onPacket(packet);
        }
    }

    void onTransportError(Transport from, String description) {
        onTransportEnd(from, CloseReason.TRANSPORT_ERROR, description);
    }

    void onTransportClosed(Transport from, String description) {
        onTransportEnd(from, CloseReason.TRANSPORT_CLOSE, description);
    }

    void onProtocolError(Transport from, String description) {
        onTransportEnd(from, CloseReason.PARSE_ERROR, description);
    }

    /** Whether a poll is held. */
    void polled(boolean held) {
        transportReady = held;
    }

    /** Hands to the network what it takes. */
    void flush() {
        outbox.pull();
        while (state != State.CLOSED && !outbox.isEmpty() && transport.isWritable()) {
            transport.flush(outbox);
        }
        if (state == State.CLOSING && outbox.isEmpty() && transport.isWritable()) {
            end(closingReason, closingDescription);
        }
    }

    void end(CloseReason reason, String description) {
        assert eventLoop().inEventLoop();
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        sendable = false;
        transportReady = false;
        cancel(heartbeat);
        cancel(closeTimer);
        abandonProbe();
        server.forget(this);
        transport.close();
        log.debug("session closed: {} {}", reason.text(), description);
        handler.onClose(reason, description);
    }

    private void onPacket(EnginePacket packet) {
        if (packet instanceof EnginePacket.Text message) {
            handler.onText(message.text());
        } else if (packet instanceof EnginePacket.Binary message) {
            handler.onBinary(message.bytes());
        } else if (packet instanceof EnginePacket.Pong && revision == ProtocolRevision.V4) {
            onPong();
            return;
        } else if (packet instanceof EnginePacket.Ping ping && revision == ProtocolRevision.V3) {
            send(OutboundMessage.of(new EnginePacket.Pong(ping.data())));
            awaitLegacyPing();
            return;
        } else if (packet instanceof EnginePacket.Ping || packet instanceof EnginePacket.Pong) {
            end(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction");
            return;
        } else if (packet instanceof EnginePacket.Close) {
            end(CloseReason.TRANSPORT_CLOSE, "");
            return;
        }
        if (awaitingPong && pongDeadlineMovable) {
            // A big upload must not kill a session that is alive; once only, or a peer could do without heartbeats.
            pongDeadlineMovable = false;
            awaitPong();
        }
    }

    private void onTransportEnd(Transport from, CloseReason reason, String description) {
        if (from == probe) {
            failUpgrade();
        } else if (from == transport) {
            end(reason, description);
        }
    }

    // Heartbeat

    private void startHeartbeat() {
        if (revision == ProtocolRevision.V3) {
            awaitLegacyPing();
        } else {
            heartbeat = schedule(this::ping, server.options().pingInterval().toMillis());
        }
    }

    private void ping() {
        send(PING);
        awaitingPong = true;
        pongDeadlineMovable = true;
        awaitPong();
    }

    private void awaitPong() {
        awaitHeartbeat(server.options().pingTimeout().toMillis());
    }

    private void awaitLegacyPing() {
        awaitHeartbeat(server.options().pingInterval().toMillis()
                + server.options().pingTimeout().toMillis());
    }

    private void awaitHeartbeat(long millis) {
        cancel(heartbeat);
        heartbeat = schedule(() -> onHeartbeatMissed(millis), millis);
    }

    private void onHeartbeatMissed(long millis) {
        if (readingSuspended) {
            awaitHeartbeat(millis);
        } else {
            end(CloseReason.PING_TIMEOUT, "");
        }
    }

    private void onPong() {
        if (awaitingPong) {
            awaitingPong = false;
            cancel(heartbeat);
            heartbeat = schedule(this::ping, server.options().pingInterval().toMillis());
        }
    }

    // Upgrade

    private void onProbePacket(WebSocketTransport candidate, EnginePacket packet) {
        if (packet instanceof EnginePacket.Ping ping && ping.data().equals(PROBE) && !probed) {
            probed = true;
            candidate.writeNow(new EnginePacket.Pong(PROBE));
            releaseTimer = eventLoop()
                    .scheduleAtFixedRate(
                            this::releasePoll, FIRST_RELEASE_MILLIS, RELEASE_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        } else if (packet instanceof EnginePacket.Upgrade && probed) {
            completeUpgrade(candidate);
        } else {
            failUpgrade();
        }
    }

    private void releasePoll() {
        if (transport instanceof PollingTransport polling) {
            polling.releasePoll();
        }
    }

    private void completeUpgrade(WebSocketTransport candidate) {
        probe = null;
        abandonProbe();
        if (transport instanceof PollingTransport polling) {
            polling.abandon();
        }
        if (state == State.CLOSED) {
            candidate.close();
            return;
        }
        useWebSocket(candidate);
        log.debug("session upgraded to websocket");
        flush();
    }

    private void useWebSocket(WebSocketTransport webSocket) {
        transport = webSocket;
        transportName = TransportName.WEBSOCKET;
        transportReady = true;
        if (readingSuspended) {
            webSocket.suspendReading(true);
        }
    }

    private void failUpgrade() {
        log.debug("upgrade failed, the session goes on with polling");
        abandonProbe();
    }

    private void abandonProbe() {
        cancel(upgradeTimer);
        cancel(releaseTimer);
        WebSocketTransport abandoned = probe;
        probe = null;
        if (abandoned != null) {
            abandoned.close();
        }
    }

    // Closing

    private void closeGracefully(CloseReason reason, String description) {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        sendable = false;
        closingReason = reason;
        closingDescription = description;
        closeTimer = schedule(() -> end(reason, description), TimeUnit.SECONDS.toMillis(CLOSE_TIMEOUT_SECONDS));
        flush();
    }

    private void overflow(long queued) {
        sendable = false;
        run(() -> end(
                CloseReason.TRANSPORT_ERROR,
                "outgoing queue: " + queued + " bytes (expected: <= "
                        + server.options().maxQueuedBytes() + "): the peer reads too slowly"));
    }

    private void run(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
    }

    private ScheduledFuture<?> schedule(Runnable task, long millis) {
        return eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** What a session has until its owner has taken it. */
    private enum DiscardingHandler implements SessionHandler {
        INSTANCE;

        @Override
        public void onText(String text) {
            // Nothing can arrive before the owner is there: both happen in one turn of the event loop.
        }

        @Override
        public void onBinary(byte[] bytes) {
            // As above.
        }

        @Override
        public void onClose(CloseReason reason, String description) {
            // The session was never anybody's.
        }
    }
}
