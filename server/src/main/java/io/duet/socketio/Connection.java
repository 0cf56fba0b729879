package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.duet.adapter.FailureText;
import io.duet.adapter.SessionState;
import io.duet.engineio.CloseReason;
import io.duet.engineio.EngineSession;
import io.duet.engineio.RequestTarget;
import io.duet.engineio.SessionHandler;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.duet.socketio.codec.Parser;
import io.duet.socketio.codec.SocketPacket;
import io.duet.socketio.codec.SocketProtocolException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: its session and its sockets, at most one in each namespace. Its state is touched on the session's event loop only; that loop
 * decides which packet is legal when.
 */
final class Connection implements SessionHandler {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** What an event counts for besides its text. */
    private static final int EVENT_OVERHEAD_BYTES = 64;

    private final Server server;
    private final EngineSession session;
    private final Parser.Decoder decoder;
    private final Map<String, Socket> sockets = new HashMap<>(2);

    /** Namespaces whose CONNECT is being looked into: no socket is there yet. */
    private @Nullable Set<String> connecting;

    private @Nullable Future<?> connectTimer;

    /** When this server left a namespace, for packets that were under way then. */
    private @Nullable Map<String, Long> leftAtNanos;

    /** Bytes of events that listeners have not finished with. */
    private final AtomicLong inboundBytes = new AtomicLong();

    private volatile boolean readingSuspended;

    /** Size of the messages since the last whole packet. */
    private int packetBytes;

    private boolean closed;

    Connection(Server server, EngineSession session) {
        this.server = server;
        this.session = session;
        this.decoder = server.options()
                .parser()
                .decoder(server.options().mapper(), server.options().maxAttachments());
        this.connectTimer = session.schedule(
                () -> session.close(CloseReason.FORCED_SERVER_CLOSE, "no namespace joined in time", false),
                server.options().connectTimeout());
        if (isLegacy()) {
            // Socket.IO v2 and before: the main namespace is joined without asking.
            connect("/", JsonNodeFactory.instance.objectNode());
        }
    }

    EngineSession session() {
        return session;
    }

    /** Whether the client is one of Socket.IO v1 or v2. */
    boolean isLegacy() {
        return session.revision() == ProtocolRevision.V3;
    }

    void send(SocketPacket packet) {
        session.send(server.encode(packet, true));
    }

    boolean send(OutboundMessage message, boolean isVolatile) {
        return isVolatile ? session.sendVolatile(message) : session.send(message);
    }

    @Override
    public void onText(String text) {
        packetBytes += text.length();
        receive(() -> decoder.text(text));
    }

    @Override
    public void onBinary(byte[] bytes) {
        packetBytes += bytes.length;
        receive(() -> decoder.binary(bytes));
    }

    @Override
    public void onClose(CloseReason reason, String description) {
        closed = true;
        // There is nothing to resume: listeners may go on for longer than the event loop.
        readingSuspended = false;
        cancelConnectTimer();
        List<Socket> left = new ArrayList<>(sockets.values());
        sockets.clear();
        left.forEach(socket -> socket.life().onGone(DisconnectReason.of(reason), description));
    }

    /** Runs on the session's event loop, on a later turn. */
    void execute(Runnable task) {
        session.executor().execute(task);
    }

    /** The middlewares have accepted; any thread. */
    void accept(Socket socket) {
        execute(() -> {
            if (closed || sockets.get(socket.namespace().name()) != socket) {
                socket.life().discard();
            } else {
                cancelConnectTimer();
                socket.life().accept();
            }
        });
    }

    /** Tells the client that it is in, with the next flush; event loop. */
    void sendConnect(Socket socket, @Nullable String privateId) {
        send(new SocketPacket.Connect(socket.namespace().name(), connectAnswer(socket, privateId)));
    }

    /** Writes what was sent now; event loop. */
    void flush() {
        session.flushNow();
    }

    /** To be taken for cut; any thread. */
    void lost(String why) {
        session.close(CloseReason.TRANSPORT_ERROR, why, true);
    }

    /** A middleware has refused; any thread. */
    void refuse(Socket socket, String message, @Nullable JsonNode data) {
        server.counters().refusedByMiddlewares.increment();
        execute(() -> {
            socket.life().refused();
            if (!closed && sockets.remove(socket.namespace().name(), socket)) {
                send(new SocketPacket.ConnectError(socket.namespace().name(), error(message, data)));
            }
        });
    }

    /** The socket leaves by a call on this side: its client is told once it may come back; any thread. */
    void leave(Socket socket, boolean close) {
        execute(() -> {
            forget(socket);
            if (close) {
                close();
            }
        });
    }

    private void forget(Socket socket) {
        String name = socket.namespace().name();
        if (sockets.remove(name, socket)) {
            if (leftAtNanos == null) {
                leftAtNanos = new HashMap<>(2);
            }
            leftAtNanos.put(name, System.nanoTime());
            send(new SocketPacket.Disconnect(name));
        }
    }

    /** Counts an event that was handed to listeners; event loop. */
    private int enqueued(int bytes) {
        int size = bytes + EVENT_OVERHEAD_BYTES;
        if (inboundBytes.addAndGet(size) > server.options().maxQueuedInboundBytes() && !readingSuspended) {
            readingSuspended = true;
            session.suspendReading(true);
            resumeReadingIfPossible();
        }
        return size;
    }

    /** The listeners are done with an event; any thread. */
    void handled(int size) {
        inboundBytes.addAndGet(-size);
        if (readingSuspended) {
            execute(this::resumeReadingIfPossible);
        }
    }

    private void resumeReadingIfPossible() {
        if (readingSuspended && inboundBytes.get() <= server.options().maxQueuedInboundBytes() / 2) {
            readingSuspended = false;
            session.suspendReading(false);
        }
    }

    /** Leaves all namespaces and closes the session once what was sent before is out. */
    private void close() {
        for (Socket socket : new ArrayList<>(sockets.values())) {
            if (!socket.life().isPending()) {
                forget(socket);
                socket.disconnect(false);
            }
        }
        session.close(CloseReason.FORCED_SERVER_CLOSE, "", false);
    }

    private void receive(Decoding decoding) {
        if (closed) {
            return;
        }
        try {
            Optional<SocketPacket> packet = decoding.next();
            if (packet.isPresent()) {
                int size = packetBytes;
                packetBytes = 0;
                onPacket(packet.get(), size);
            }
        } catch (SocketProtocolException e) {
            String fault = String.valueOf(e.getMessage());
            sockets.values().forEach(socket -> socket.events().fireError(new SocketError(fault)));
            session.close(CloseReason.FORCED_CLOSE, fault, false);
        }
    }

    private void onPacket(SocketPacket packet, int bytes) {
        if (packet instanceof SocketPacket.Connect connect) {
            onConnect(connect);
            return;
        }
        Socket socket = sockets.get(packet.namespace());
        if (socket == null || socket.life().isPending()) {
            if (socket == null && leftRecently(packet.namespace())) {
                return;
            }
            throw new SocketProtocolException("packet for a namespace that is not joined");
        }
        if (packet instanceof SocketPacket.Event event) {
            socket.namespace().counters().eventsReceived.increment();
            int size = enqueued(bytes);
            socket.events().receive(event, () -> handled(size));
        } else if (packet instanceof SocketPacket.Ack ack) {
            PendingAck pending = socket.acks().remove(ack.id());
            if (pending != null) {
                socket.life().execute(() -> pending.answered(ack.data()));
            }
        } else if (packet instanceof SocketPacket.Disconnect) {
            sockets.remove(packet.namespace());
            socket.life().onGone(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT, "");
        } else {
            throw new SocketProtocolException("packet of a server");
        }
    }

    private void onConnect(SocketPacket.Connect connect) {
        JsonNode payload = connect.payload();
        if (!isLegacy()) {
            connect(connect.namespace(), payload == null ? JsonNodeFactory.instance.objectNode() : payload);
            return;
        }
        // Socket.IO v2 and before: the auth is a query on the namespace's name.
        RequestTarget target = RequestTarget.parse(connect.namespace());
        ObjectNode auth = JsonNodeFactory.instance.objectNode();
        target.query().forEach(auth::put);
        String name = target.rawPath();
        if (name.equals("/") && sockets.containsKey("/")) {
            return;
        }
        connect(name, auth);
    }

    private void connect(String name, JsonNode auth) {
        if (sockets.containsKey(name) || !beginConnecting(name)) {
            throw new SocketProtocolException("CONNECT for a namespace that is joined");
        }
        server.attach(name, auth).whenComplete((found, failure) -> {
            if (failure != null) {
                log.error("namespace could not be found: {}", name, failure);
            }
            Optional<Namespace> namespace = failure == null ? found : Optional.empty();
            if (namespace.isEmpty()) {
                server.counters().unknownNamespaces.increment();
                inStep(() -> {
                    endConnecting(name);
                    send(new SocketPacket.ConnectError(name, error("Invalid namespace", null)));
                });
            } else {
                namespace
                        .get()
                        .identify(isLegacy() ? session.legacySocketId() : null, auth)
                        .whenComplete((identity, fault) -> inStep(() -> {
                            if (fault == null) {
                                begin(namespace.get(), identity, auth);
                            } else {
                                log.error("client turned away: {}: {}", namespace.get(), FailureText.of(fault));
                                endConnecting(name);
                                namespace.get().detach();
                                send(new SocketPacket.ConnectError(name, error("Internal server error", null)));
                            }
                        }));
            }
        });
    }

    private boolean beginConnecting(String name) {
        if (connecting == null) {
            connecting = new HashSet<>(2);
        }
        return connecting.add(name);
    }

    private void endConnecting(String name) {
        if (connecting != null && connecting.remove(name) && connecting.isEmpty()) {
            connecting = null;
        }
    }

    private void begin(Namespace namespace, SocketIdentity identity, JsonNode auth) {
        endConnecting(namespace.name());
        if (closed) {
            SessionState restored = identity.restored();
            if (restored != null) {
                namespace.adapter().persistSession(restored);
            }
            namespace.detach();
            return;
        }
        if (leftAtNanos != null) {
            leftAtNanos.remove(namespace.name());
        }
        Handshake handshake = new Handshake(session.request(), auth, Instant.now());
        Socket socket = new Socket(this, namespace, identity, handshake, server.serialExecutor(session));
        sockets.put(namespace.name(), socket);
        socket.life().runMiddlewares();
    }

    private void cancelConnectTimer() {
        if (connectTimer != null) {
            connectTimer.cancel(false);
            // Kept, it would be the largest part of an idle connection that is of no use.
            connectTimer = null;
        }
    }

    /** At once if this is the event loop: nothing a client sends behind its CONNECT may overtake it. */
    void inStep(Runnable task) {
        if (session.isInExecutor()) {
            task.run();
        } else {
            execute(task);
        }
    }

    private boolean leftRecently(String namespace) {
        if (leftAtNanos == null) {
            return false;
        }
        Long left = leftAtNanos.get(namespace);
        return left != null
                && System.nanoTime() - left
                        < server.options().engine().pingTimeout().toNanos();
    }

    private @Nullable JsonNode connectAnswer(Socket socket, @Nullable String privateId) {
        if (isLegacy()) {
            return null;
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("sid", socket.id());
        return privateId == null ? answer : answer.put("pid", privateId);
    }

    private JsonNode error(String message, @Nullable JsonNode data) {
        if (isLegacy()) {
            return data == null ? TextNode.valueOf(message) : data;
        }
        ObjectNode error = JsonNodeFactory.instance.objectNode().put("message", message);
        if (data != null) {
            error.set("data", data);
        }
        return error;
    }

    /** Decodes one message. */
    private interface Decoding {
        Optional<SocketPacket> next();
    }
}
