package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Serves Engine.IO on the channels it is given; owns the sessions. Node's {@code io.engine}. Safe for any thread. */
public final class EngineServer {
    private final EngineOptions options;
    private final EngineCounters counters = new EngineCounters();
    private final Function<EngineSession, SessionHandler> owner;
    private final RequestRouter router;
    private final List<HttpMiddleware> middlewares = new CopyOnWriteArrayList<>();
    private final List<EngineListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, EngineSession> sessions = new ConcurrentHashMap<>();
    private final Map<EventLoop, SessionLoop> loops = new ConcurrentHashMap<>();
    private final EventLoops eventLoops;
    private final Executor workers;
    private final SharedTexts texts = new SharedTexts();
    private volatile boolean closing;
    private volatile boolean draining;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /**
     * A server that is not connected to the network yet: see {@link Acceptor#listen}.
     *
     * @param workers where what may block runs if it cannot run on an event loop's thread; see {@link EngineSession#lendingExecutor}
     * @param owner called on the event loop of each new session, right after its open packet was queued
     * @param fallback answers requests outside the path
     */
    public EngineServer(
            EngineOptions options,
            Executor workers,
            Function<EngineSession, SessionHandler> owner,
            HttpHandler fallback) {
        this.options = requireNonNull(options, "options");
        this.workers = requireNonNull(workers, "workers");
        this.eventLoops = new EventLoops(workers);
        this.owner = requireNonNull(owner, "owner");
        this.router = new RequestRouter(this, requireNonNull(fallback, "fallback"));
        options.cors().ifPresent(cors -> middlewares.add(new Cors(cors)));
    }

    public EngineOptions options() {
        return options;
    }

    /** How many sessions there are. */
    public int clientsCount() {
        return sessions.size();
    }

    /** How many of them use this transport now. Looks at each. */
    public int clientsCount(TransportName transport) {
        int count = 0;
        for (EngineSession session : sessions.values()) {
            if (session.transportName() == transport) {
                count++;
            }
        }
        return count;
    }

    /** The sum of {@link EngineSession#queuedBytes} of all sessions. Looks at each. */
    public long queuedBytes() {
        long sum = 0;
        for (EngineSession session : sessions.values()) {
            sum += session.queuedBytes();
        }
        return sum;
    }

    /** What has happened so far. */
    public EngineCounters counters() {
        return counters;
    }

    /** Adds an HTTP middleware, behind those that are there (CORS, if configured, is the first). */
    public EngineServer use(HttpMiddleware middleware) {
        middlewares.add(requireNonNull(middleware, "middleware"));
        return this;
    }

    public EngineServer addListener(EngineListener listener) {
        listeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Closes all sessions, refuses new ones; done when none is left. */
    public CompletionStage<Void> close() {
        closing = true;
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (EngineSession session : sessions.values()) {
            ends.add(CompletableFuture.runAsync(
                    () -> session.end(CloseReason.SERVER_SHUTTING_DOWN, ""), session.eventLoop()));
        }
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Refuses new sessions (503, so that a load balancer tries elsewhere) and closes those that are here, spread evenly over a time, each once
     * what was sent to it has left. Their clients come back by themselves.
     *
     * @return done when the last of them is closed
     */
    public CompletionStage<Void> drain(Duration over) {
        draining = true;
        List<EngineSession> open = List.copyOf(sessions.values());
        for (int i = 0; i < open.size(); i++) {
            EngineSession session = open.get(i);
            long delayMillis = over.toMillis() * i / open.size();
            Runnable close = () -> session.close(CloseReason.SERVER_SHUTTING_DOWN, "", false);
            session.eventLoop().schedule(close, delayMillis, TimeUnit.MILLISECONDS);
        }
        tellIfDrained();
        return drained.minimalCompletionStage();
    }

    private void tellIfDrained() {
        if (draining && sessions.isEmpty()) {
            drained.complete(null);
        }
    }

    /** An event loop of Netty's for other connections than the clients', such as a cluster's. Nothing on it may block. */
    public ScheduledExecutorService clusterLoop() {
        return eventLoops.ofCluster();
    }

    /** Ends the event loops, when nobody uses them any more; blocks until they have ended, or wait for a listener that does not return. */
    public void shutDown() {
        eventLoops.close();
    }

    EventLoopGroup eventLoops() {
        return eventLoops.ofClients();
    }

    RequestRouter router() {
        return router;
    }

    /** What requests have in common. */
    SharedTexts texts() {
        return texts;
    }

    boolean takesNoSessions() {
        return closing || draining;
    }

    List<HttpMiddleware> middlewares() {
        return middlewares;
    }

    void tell(Consumer<EngineListener> event) {
        ListenerCalls.tell(listeners, event);
    }

    Optional<EngineSession> session(String id) {
        return Optional.ofNullable(sessions.get(id));
    }

    /** Adds a session; false if its id is in use. */
    boolean register(EngineSession session) {
        return sessions.putIfAbsent(session.id().value(), session) == null;
    }

    /** Hands an opened session to its owner; on the session's event loop. */
    void opened(EngineSession session) {
        session.handler(owner.apply(session));
        tell(listener -> listener.connection(session));
        if (closing) {
            // It was not in the map yet when the others were closed.
            session.end(CloseReason.SERVER_SHUTTING_DOWN, "");
        } else if (draining) {
            // Let in before the drain began, and perhaps too late to be counted: nobody else would close it.
            session.close(CloseReason.SERVER_SHUTTING_DOWN, "", false);
        }
    }

    void forget(EngineSession session) {
        sessions.remove(session.id().value(), session);
        tellIfDrained();
    }

    SessionLoop loop(EventLoop eventLoop) {
        return loops.computeIfAbsent(
                eventLoop,
                key -> new SessionLoop(
                        key, lender(key), new PerMessageDeflate(options.perMessageDeflateThresholdBytes())));
    }

    private Executor lender(EventLoop eventLoop) {
        return eventLoop instanceof LendingEventLoop lending ? lending::lend : workers;
    }
}
