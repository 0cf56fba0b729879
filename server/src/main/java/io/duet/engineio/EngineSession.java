package io.duet.engineio;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection, whatever carries it: heartbeat, upgrade, queue of outgoing messages (engine.io-protocol v4). Node's
 * {@code socket.conn}.
 *
 * <p>Threads: {@link #send}, {@link #sendVolatile} and {@link #close} may be called from any thread and never block; the order of one
 * thread's calls is the order on the wire. Everything else happens on the session's {@link #executor()}, its event loop, which never changes.
 * Delivery is at most once: what is queued when the session ends is lost.
 */
public final class EngineSession {
    private static final Logger log = LoggerFactory.getLogger(EngineSession.class);

    private static final OutboundMessage PING = OutboundMessage.of(new EnginePacket.Ping(""));

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

    /** Whether it is on that stack: 0 or 1, changed by {@link SessionLoop} only. */
    volatile int ready;

    private final EngineServer server;
    private final EngineSessionId id;
    private final SessionLoop loop;
    private final EngineRequest request;
    private final ProtocolRevision revision;
    private final Outbox outbox = new Outbox();
    private final Heartbeat heartbeat;
    private SessionHandler handler = DiscardingHandler.INSTANCE;
    private volatile List<SessionListener> listeners = List.of();

    private Transport transport;
    private State state = State.OPEN;
    private @Nullable Probe probe;
    private boolean readingSuspended;
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
        this.heartbeat = new Heartbeat(loop.eventLoop(), revision, server.options(), new HeartbeatActions());
        this.transport = new PollingTransport(this, server.options().httpCompressionThresholdBytes());
        this.transportName = TransportName.POLLING;
    }

    // Any thread

    /** The request that opened the session; stays the same when the session moves to another transport. */
    public EngineRequest request() {
        return request;
    }

    /** Node's {@code protocol}. */
    public ProtocolRevision revision() {
        return revision;
    }

    /** The client's IP address. */
    public String remoteAddress() {
        return request.address();
    }

    /** The secret id. Revision 3 clients use it as the public id of their socket in the main namespace, so that it cannot be kept from them. */
    public String legacySocketId() {
        if (revision != ProtocolRevision.V3) {
            throw new IllegalStateException("revision: " + revision + " (expected: V3)");
        }
        return id.value();
    }

    /** Node's {@code transport.name}. */
    public TransportName transportName() {
        return transportName;
    }

    /** All callbacks of this session run here, as may code that wants to be in step with them: on a later turn, and it must not block. */
    public Executor executor() {
        return loop.eventLoop();
    }

    /**
     * For what may block: between two turns of the event loop on its own thread, which is replaced if it does not come back soon, or on the server's
     * workers, if it is busy with another such task, or many of them took long. What runs here is not in {@link #executor()}: what it sends is
     * written when it has returned.
     */
    public Executor lendingExecutor() {
        return loop.lender();
    }

    /** Whether the caller runs on {@link #executor()} now. */
    public boolean isInExecutor() {
        return loop.eventLoop().inEventLoop();
    }

    /** Runs a task on {@link #executor()} after a delay, in whole milliseconds, unless what is returned is cancelled before. */
    public Future<?> schedule(Runnable task, Duration delay) {
        return loop.eventLoop().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Adds a listener of this session's events. */
    public synchronized void addListener(SessionListener listener) {
        List<SessionListener> more = new ArrayList<>(listeners);
        more.add(listener);
        listeners = List.copyOf(more);
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
        // A broadcast comes here for each of its recipients, and hardly anybody listens.
        if (!listeners.isEmpty()) {
            tell(listener -> message.packets().forEach(listener::packetCreate));
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

    EngineCounters counters() {
        return server.counters();
    }

    EngineSessionId id() {
        return id;
    }

    /** Opens over polling; the exchange is the handshake. */
    void openPolling(HttpExchange exchange, OutboundMessage open) {
        outbox.reserve(open.sizeBytes());
        outbox.push(open);
        onPollingRequest(exchange);
        heartbeat.start();
    }

    /** Opens over a WebSocket whose handshake is done. */
    void openWebSocket(WebSocketTransport webSocket, OutboundMessage open) {
        useWebSocket(webSocket);
        send(open);
        flush();
        heartbeat.start();
    }

    /** Makes {@code owner} hear of the session from now on. */
    void handler(SessionHandler owner) {
        handler = owner;
    }

    void onPollingRequest(HttpExchange exchange) {
        if (state == State.CLOSED) {
            server.router().refuseUnknown(exchange);
        } else if (transport instanceof PollingTransport polling) {
            polling.onRequest(exchange);
        } else {
            server.router().refuseMismatch(exchange, transportName);
        }
    }

    /** A WebSocket with this session's id has been opened. */
    void onProbe(WebSocketTransport candidate) {
        if (state != State.OPEN || probe != null || !(transport instanceof PollingTransport)) {
            candidate.close();
            return;
        }
        long timeoutMillis = server.options().upgradeTimeout().toMillis();
        probe = new Probe(eventLoop(), candidate, timeoutMillis, new ProbeActions());
    }

    void onPacket(Transport from, EnginePacket packet) {
        if (probe != null && probe.isBy(from)) {
            probe.onPacket(packet);
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

    /** An answer to one of the session's requests is about to be given. */
    void preparing(HttpExchange exchange) {
        ResponseHeaders headers = new ResponseHeaders(exchange.answerHeaders());
        server.tell(listener -> listener.headers(exchange.request(), headers));
    }

    /** Whether a poll is held. */
    void polled(boolean held) {
        transportReady = held;
    }

    /** Hands to the network what it takes. */
    void flush() {
        outbox.pull();
        boolean flushed = false;
        while (state != State.CLOSED && !outbox.isEmpty() && transport.isWritable()) {
            tell(SessionListener::flush);
            transport.flush(outbox);
            flushed = true;
        }
        if (flushed && outbox.isEmpty()) {
            tell(SessionListener::drain);
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
        heartbeat.stop();
        if (closeTimer != null) {
            closeTimer.cancel(false);
        }
        abandonProbe();
        server.forget(this);
        transport.close();
        counters().closed.increment(reason);
        log.debug("session closed: {} {}", reason.text(), description);
        handler.onClose(reason, description);
        tell(listener -> listener.close(reason, description));
    }

    private void onPacket(EnginePacket packet) {
        boolean isMessage = packet instanceof EnginePacket.Text || packet instanceof EnginePacket.Binary;
        if (isMessage && state == State.CLOSING) {
            // For its owner the session is over, as in the reference; heartbeats go on until the queue is empty.
            return;
        }
        tell(listener -> listener.packet(packet));
        if (packet instanceof EnginePacket.Text message) {
            handler.onText(message.text());
        } else if (packet instanceof EnginePacket.Binary message) {
            handler.onBinary(message.bytes());
        } else if (packet instanceof EnginePacket.Pong && revision == ProtocolRevision.V4) {
            heartbeat.onPong();
            tell(SessionListener::heartbeat);
            return;
        } else if (packet instanceof EnginePacket.Ping ping && revision == ProtocolRevision.V3) {
            send(OutboundMessage.of(new EnginePacket.Pong(ping.data())));
            heartbeat.onPing();
            tell(SessionListener::heartbeat);
            return;
        } else if (packet instanceof EnginePacket.Ping || packet instanceof EnginePacket.Pong) {
            end(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction");
            return;
        } else if (packet instanceof EnginePacket.Close) {
            end(CloseReason.TRANSPORT_CLOSE, "");
            return;
        }
        heartbeat.onOtherPacket();
    }

    private void onTransportEnd(Transport from, CloseReason reason, String description) {
        if (probe != null && probe.isBy(from)) {
            failUpgrade();
        } else if (from == transport) {
            end(reason, description);
        }
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
        Probe abandoned = probe;
        probe = null;
        if (abandoned != null) {
            abandoned.abandon();
        }
    }

    private void closeGracefully(CloseReason reason, String description) {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        sendable = false;
        closingReason = reason;
        closingDescription = description;
        closeTimer = eventLoop().schedule(() -> end(reason, description), CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        flush();
    }

    private void overflow(long queued) {
        sendable = false;
        run(() -> {
            if (state != State.CLOSED) {
                counters().slowConsumers.increment();
            }
            end(
                    CloseReason.TRANSPORT_ERROR,
                    "outgoing queue: " + queued + " bytes (expected: <= "
                            + server.options().maxQueuedBytes() + "): the peer reads too slowly");
        });
    }

    private void tell(Consumer<SessionListener> event) {
        ListenerCalls.tell(listeners, event);
    }

    private void run(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
    }

    private final class HeartbeatActions implements Heartbeat.Actions {
        @Override
        public void sendPing(long lateNanos) {
            counters().heartbeatLag(lateNanos);
            send(PING);
        }

        @Override
        public void onMissed() {
            end(CloseReason.PING_TIMEOUT, "");
        }

        @Override
        public boolean isDeaf() {
            return readingSuspended;
        }
    }

    private final class ProbeActions implements Probe.Actions {
        @Override
        public void onAnswered() {
            tell(listener -> listener.upgrading(TransportName.WEBSOCKET));
        }

        @Override
        public void releasePoll() {
            if (transport instanceof PollingTransport polling) {
                polling.releasePoll();
            }
        }

        @Override
        public void onUpgrade(WebSocketTransport webSocket) {
            probe = null;
            if (transport instanceof PollingTransport polling) {
                polling.abandon();
            }
            useWebSocket(webSocket);
            counters().upgraded.increment();
            log.debug("session upgraded to websocket");
            tell(listener -> listener.upgrade(TransportName.WEBSOCKET));
            flush();
        }

        @Override
        public void onFailed() {
            failUpgrade();
        }
    }
}
