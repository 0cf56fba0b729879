package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.ServerSideAnswers;
import io.duet.engineio.Acceptor;
import io.duet.engineio.EngineServer;
import io.duet.engineio.EngineSession;
import io.duet.engineio.ListenOptions;
import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.socketio.codec.EncodedPacket;
import io.duet.socketio.codec.Parser;
import io.duet.socketio.codec.SocketPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Socket.IO server: what Node calls {@code io}. Made by {@link #builder()}, serves from {@link #start()} to {@link #close()}. Calls that
 * concern a namespace are meant for the main one, {@code /}.
 */
public final class Server {
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    private static final int MAX_LISTENER_THREADS = 256;
    private static final Duration LISTENERS_LIMIT = Duration.ofSeconds(10);
    private static final Duration ADAPTERS_LIMIT = Duration.ofSeconds(5);

    private final ServerOptions options;
    private final ListenOptions listen;
    private final Parser.Encoder encoder;
    private final EngineServer engine;
    private final ServerCounters counters = new ServerCounters();
    private final Namespaces namespaces;
    private final Namespace main;
    private final ListenerPool pool =
            new ListenerPool("duet-listener", Runtime.getRuntime().availableProcessors(), MAX_LISTENER_THREADS);
    private final Executor listenerExecutor;

    /** Clients of namespaces until their listeners are done, and listeners that belong to no client. */
    private final InFlight inFlight = new InFlight();

    private Acceptor.@Nullable Binding binding;
    private @Nullable CompletableFuture<Void> closed;

    Server(ServerOptions options, ListenOptions listen) {
        this.options = options;
        this.listen = listen;
        this.encoder = options.parser().encoder(options.mapper());
        Executor given = options.listenerExecutor();
        this.listenerExecutor = given == null ? pool : new NeverRefusing(given, pool);
        this.engine = new EngineServer(
                options.engine(), listenerExecutor, session -> new Connection(this, session), options.httpHandler());
        if (options.serveClient()) {
            // Behind CORS and in front of the application's own middlewares, as in Node.
            engine.use(new ClientFiles(options.engine().path()));
        }
        this.namespaces = new Namespaces(this);
        this.main = of("/");
    }

    /** Begins a server whose options are those of Node until they are set. */
    public static ServerBuilder builder() {
        return new ServerBuilder();
    }

    /** What the server was built with. */
    public ServerOptions options() {
        return options;
    }

    /**
     * Listens. Blocks until connections are accepted.
     *
     * @throws IllegalStateException if it was started or closed before
     * @throws java.io.UncheckedIOException if the address cannot be had
     */
    public synchronized Server start() {
        if (binding != null || closed != null) {
            throw new IllegalStateException("server: started before (expected: start once)");
        }
        binding = options.acceptor().orElseGet(Acceptor::find).listen(listen, engine);
        return this;
    }

    /** The port it listens on. */
    public synchronized int port() {
        if (binding == null) {
            throw new IllegalStateException("server: not started (expected: start first)");
        }
        return binding.port();
    }

    /**
     * Disconnects every socket ({@link DisconnectReason#SERVER_SHUTTING_DOWN}), waits for listeners, leaves the cluster, stops listening.
     * Clients come back by themselves, to another node if there is one. Each of these is done even if another fails. Calling it again is
     * harmless.
     *
     * <p>Listeners that run, or that this causes to run such as those of {@code disconnect}, have 10 s. They must not wait for the end
     * themselves.
     *
     * @return done when nothing of the server runs any more, nor any of its listeners; fails then with an {@link IllegalStateException} if
     *     something could not be closed, or listeners took longer: each failure is suppressed in it
     */
    public synchronized CompletionStage<Void> close() {
        if (closed == null) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            Acceptor.Binding bound = binding;
            // It waits for event loops and listeners, which therefore cannot do it.
            new Thread(() -> end(bound, done), "duet-close").start();
            closed = done;
        }
        return closed.minimalCompletionStage();
    }

    private void end(Acceptor.@Nullable Binding bound, CompletableFuture<Void> done) {
        Closing closing = new Closing();
        long deadline = System.nanoTime() + LISTENERS_LIMIT.toNanos();
        closing.step(
                "sessions",
                () -> engine.close().toCompletableFuture().get(LISTENERS_LIMIT.toSeconds(), TimeUnit.SECONDS));
        // Before the adapters: what listeners say at the end still goes to other nodes.
        closing.step("listeners", () -> inFlight.await(deadline));
        closeAdapters(closing);
        // Those that hear of other nodes.
        closing.step("listeners", () -> inFlight.await(deadline));
        if (bound != null) {
            closing.step("port", bound::close);
        }
        closing.step("event loops", engine::shutDown);
        closing.step("threads", pool::shutdown);
        closing.failure()
                .ifPresentOrElse(
                        failure -> {
                            // What was suppressed is the adapters' too, whose messages may hold what does not belong
                            // here.
                            log.error("server: {}", failure.getMessage());
                            done.completeExceptionally(failure);
                        },
                        () -> done.complete(null));
    }

    private void closeAdapters(Closing closing) {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (Namespace namespace : namespaces.all()) {
            closing.step(
                    "adapter of " + namespace.name(),
                    () -> ends.add(namespace.close().toCompletableFuture()));
        }
        long deadline = System.nanoTime() + ADAPTERS_LIMIT.toNanos();
        for (CompletableFuture<Void> end : ends) {
            closing.step("adapter", () -> end.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
        }
    }

    /**
     * Prepares for {@link #close()} without a stampede: refuses new clients with 503 and disconnects those that are here, spread evenly over a
     * time ({@link DisconnectReason#SERVER_SHUTTING_DOWN}), each once what was sent to it has left. They come back by themselves, to another
     * node.
     *
     * @return done when none is left
     */
    public CompletionStage<Void> drain(Duration over) {
        return engine.drain(over);
    }

    /** A namespace by its name, made if there is none yet; a leading slash is added if it is missing. */
    public Namespace of(String name) {
        return namespaces.of(name.startsWith("/") ? name : "/" + name);
    }

    /** Namespaces that come into being when a client asks for a name in which the pattern is found. */
    public ParentNamespace of(Pattern pattern) {
        return namespaces.addParent(
                (name, auth) ->
                        CompletableFuture.completedFuture(pattern.matcher(name).find()),
                pattern);
    }

    /** Namespaces that come into being when a client asks for them and the function says yes. */
    public ParentNamespace of(NamespaceMatcher matcher) {
        return namespaces.addParent(requireNonNull(matcher, "matcher"), null);
    }

    /** Adds a listener that is called when a namespace other than the main one comes into being: Node's {@code new_namespace}. */
    public Server onNewNamespace(Consumer<Namespace> listener) {
        namespaces.addListener(requireNonNull(listener, "listener"));
        return this;
    }

    /** The main namespace. */
    public Namespace sockets() {
        return main;
    }

    /** The Engine.IO server below: connections, HTTP middlewares, its events. */
    public EngineServer engine() {
        return engine;
    }

    /** What has happened so far. */
    public ServerCounters counters() {
        return counters;
    }

    /** Adds a middleware to the main namespace; see {@link Namespace#use}. */
    public Server use(Middleware middleware) {
        main.use(middleware);
        return this;
    }

    /** Hears of each socket of the main namespace; see {@link Namespace#onConnection}. */
    public Server onConnection(Consumer<Socket> listener) {
        main.onConnection(listener);
        return this;
    }

    /** Sends an event to all sockets of the main namespace; see {@link BroadcastOperator#emit}. */
    public void emit(String event, @Nullable Object... arguments) {
        main.emit(event, arguments);
    }

    /** As {@code emit("message", arguments)}. */
    public void send(@Nullable Object... arguments) {
        main.send(arguments);
    }

    /** The same as {@link #send}. */
    public void write(@Nullable Object... arguments) {
        main.write(arguments);
    }

    /** The same with an acknowledgement of each; see {@link BroadcastOperator#emitWithAck}. */
    public CompletionStage<Arguments> emitWithAck(String event, @Nullable Object... arguments) {
        return main.emitWithAck(event, arguments);
    }

    /** Selects the sockets of the main namespace that are in any of these rooms, on any node. */
    public BroadcastOperator to(String... rooms) {
        return main.to(rooms);
    }

    /** The same as {@link #to}. */
    public BroadcastOperator in(String... rooms) {
        return main.in(rooms);
    }

    /** All sockets of a user, on all nodes; needs {@link #presence(PresenceOptions)}. */
    public BroadcastOperator toUser(String userId) {
        return main.toUser(userId);
    }

    /** As {@link Namespace#presence(PresenceOptions)}, of the main namespace. */
    public Presence presence(PresenceOptions options) {
        return main.presence(options);
    }

    /** As {@link Namespace#presence()}, of the main namespace. */
    public Presence presence() {
        return main.presence();
    }

    /** Selects the sockets of the main namespace that are in none of these rooms. */
    public BroadcastOperator except(String... rooms) {
        return main.except(rooms);
    }

    /** Selects the sockets of the main namespace that are on this node. */
    public BroadcastOperator local() {
        return main.local();
    }

    /** Node's {@code volatile}. */
    public BroadcastOperator asVolatile() {
        return main.asVolatile();
    }

    /** Whether what is sent to the main namespace may be compressed; see {@link BroadcastOperator#compress}. */
    public BroadcastOperator compress(boolean compress) {
        return main.compress(compress);
    }

    /** How long acknowledgements may take; see {@link BroadcastOperator#timeout}. */
    public BroadcastOperator timeout(Duration timeout) {
        return main.timeout(timeout);
    }

    /** Describes the sockets of the main namespace on all nodes; see {@link BroadcastOperator#fetchSockets}. */
    public CompletionStage<List<RemoteSocket>> fetchSockets() {
        return main.fetchSockets();
    }

    /** Makes all sockets of the main namespace join rooms, on all nodes. */
    public void socketsJoin(String... rooms) {
        main.socketsJoin(rooms);
    }

    /** Makes all sockets of the main namespace leave rooms, on all nodes. */
    public void socketsLeave(String... rooms) {
        main.socketsLeave(rooms);
    }

    /** Disconnects all sockets of the main namespace, on all nodes; see {@link Socket#disconnect(boolean)}. */
    public void disconnectSockets(boolean close) {
        main.disconnectSockets(close);
    }

    /** Sends an event to the other nodes themselves; see {@link Namespace#serverSideEmit}. */
    public void serverSideEmit(String event, @Nullable Object... arguments) {
        main.serverSideEmit(event, arguments);
    }

    /** The same with an answer of each node; see {@link Namespace#serverSideEmitWithAck}. */
    public CompletionStage<ServerSideAnswers> serverSideEmitWithAck(String event, @Nullable Object... arguments) {
        return main.serverSideEmitWithAck(event, arguments);
    }

    // For namespaces and connections

    CompletionStage<Optional<Namespace>> attach(String name, JsonNode auth) {
        return namespaces.attach(name, auth);
    }

    void onEmpty(Namespace namespace) {
        namespaces.onEmpty(namespace);
    }

    ObjectMapper mapper() {
        return options.mapper();
    }

    JsonNode toTree(Object value) {
        return options.mapper().valueToTree(value);
    }

    SerialExecutor serialExecutor(EngineSession session) {
        if (options.listenerExecution() == ListenerExecution.EVENT_LOOP) {
            return SerialExecutor.onEventLoop(session.executor(), session::isInExecutor);
        }
        return SerialExecutor.pooled(listenerExecutor == pool ? session.lendingExecutor() : listenerExecutor);
    }

    /** For what belongs to no connection. */
    SerialExecutor serialExecutor() {
        return SerialExecutor.pooled(inFlight.counting(listenerExecutor));
    }

    InFlight inFlight() {
        return inFlight;
    }

    OutboundMessage encode(SocketPacket packet, boolean compress) {
        EncodedPacket encoded = encoder.encode(packet);
        String text = encoded.text();
        if (text != null && encoded.binaries().isEmpty()) {
            return OutboundMessage.of(List.of(new EnginePacket.Text(text)), compress);
        }
        List<EnginePacket> packets = new ArrayList<>(1 + encoded.binaries().size());
        if (text != null) {
            packets.add(new EnginePacket.Text(text));
        }
        encoded.binaries().forEach(bytes -> packets.add(new EnginePacket.Binary(bytes)));
        return OutboundMessage.of(packets, compress);
    }
}
