package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.duet.engineio.CloseReason;
import io.duet.engineio.EngineSession;
import io.duet.engineio.SessionHandler;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.ProtocolRevision;
import io.duet.socketio.codec.SocketPacket;
import io.duet.socketio.codec.SocketPacketDecoder;
import io.duet.socketio.codec.SocketProtocolException;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client: its session and its sockets, at most one in each namespace. Its state is touched on the session's event loop only; that loop
 * decides which packet is legal when.
 */
final class Connection implements SessionHandler {
    /** What an event counts for besides its text. */
    private static final int EVENT_OVERHEAD_BYTES = 64;

    private final Server server;
    private final EngineSession session;
    private final SocketPacketDecoder decoder;
    private final Map<String, Socket> sockets = new HashMap<>(2);
    private final Future<?> connectTimer;

    /** When this server left a namespace, for packets that were under way then. */
    private @Nullable Map<String, Long> leftAtNanos;

    /** Bytes of events that listeners have not finished with. */
    private final AtomicLong inboundBytes = new AtomicLong();

    private volatile boolean readingSuspended;
    private int attachmentBytes;
    private boolean closed;

    Connection(Server server, EngineSession session) {
        this.server = server;
        this.session = session;
        this.decoder = new SocketPacketDecoder(
                server.options().mapper(), server.options().maxAttachments());
        this.connectTimer = session.executor()
                .schedule(
                        () -> session.close(CloseReason.FORCED_SERVER_CLOSE, "no namespace joined in time", false),
                        server.options().connectTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
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
        attachmentBytes = text.length();
        receive(() -> decoder.text(text));
    }

    @Override
    public void onBinary(byte[] bytes) {
        attachmentBytes += bytes.length;
        receive(() -> decoder.binary(bytes));
    }

    @Override
    public void onClose(CloseReason reason, String description) {
        closed = true;
        connectTimer.cancel(false);
        List<Socket> left = new ArrayList<>(sockets.values());
        sockets.clear();
        left.forEach(socket -> socket.onConnectionClosed(DisconnectReason.of(reason), description));
    }

    /** The middlewares have accepted; any thread. */
    void accept(Socket socket) {
        session.executor().execute(() -> {
            if (closed || sockets.get(socket.namespace().name()) != socket) {
                socket.discard();
                return;
            }
            connectTimer.cancel(false);
            send(new SocketPacket.Connect(socket.namespace().name(), connectAnswer(socket)));
            socket.onAccepted();
            // Out before anything that listeners send: a client may look for its CONNECT only in a later turn.
            session.flushNow();
        });
    }

    /** A middleware has refused; any thread. */
    void refuse(Socket socket, String message, @Nullable JsonNode data) {
        session.executor().execute(() -> {
            socket.discard();
            if (!closed && sockets.remove(socket.namespace().name(), socket)) {
                send(new SocketPacket.ConnectError(socket.namespace().name(), error(message, data)));
            }
        });
    }

    /** The socket has left by a call on this side; any thread. */
    void leave(Socket socket, boolean close) {
        session.executor().execute(() -> {
            if (sockets.remove(socket.namespace().name(), socket)) {
                if (leftAtNanos == null) {
                    leftAtNanos = new HashMap<>(2);
                }
                leftAtNanos.put(socket.namespace().name(), System.nanoTime());
            }
            if (close) {
                close();
            }
        });
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
            session.executor().execute(this::resumeReadingIfPossible);
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
            socket.disconnect(false);
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
                onPacket(packet.get());
            }
        } catch (SocketProtocolException e) {
            String fault = String.valueOf(e.getMessage());
            sockets.values().forEach(socket -> socket.onError(fault));
            session.close(CloseReason.FORCED_CLOSE, fault, false);
        }
    }

    private void onPacket(SocketPacket packet) {
        if (packet instanceof SocketPacket.Connect connect) {
            onConnect(connect);
            return;
        }
        Socket socket = sockets.get(packet.namespace());
        if (socket == null || !socket.isAccepted()) {
            if (socket == null && leftRecently(packet.namespace())) {
                return;
            }
            throw new SocketProtocolException("packet for a namespace that is not joined");
        }
        if (packet instanceof SocketPacket.Event event) {
            int size = enqueued(attachmentBytes);
            socket.onEvent(event, size);
        } else if (packet instanceof SocketPacket.Ack ack) {
            socket.onAck(ack);
        } else if (packet instanceof SocketPacket.Disconnect) {
            sockets.remove(packet.namespace());
            socket.onClientDisconnect();
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
        QueryStringDecoder target = new QueryStringDecoder(connect.namespace());
        ObjectNode auth = JsonNodeFactory.instance.objectNode();
        target.parameters().forEach((name, values) -> auth.put(name, values.get(values.size() - 1)));
        String name = target.rawPath();
        if (name.equals("/") && sockets.containsKey("/")) {
            return;
        }
        connect(name, auth);
    }

    private void connect(String name, JsonNode auth) {
        if (sockets.containsKey(name)) {
            throw new SocketProtocolException("CONNECT for a namespace that is joined");
        }
        Optional<Namespace> namespace = server.find(name);
        if (namespace.isEmpty()) {
            send(new SocketPacket.ConnectError(name, error("Invalid namespace", null)));
            return;
        }
        if (leftAtNanos != null) {
            leftAtNanos.remove(name);
        }
        Socket socket = namespace.get().createSocket(this, auth);
        sockets.put(name, socket);
        socket.runMiddlewares();
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

    private @Nullable JsonNode connectAnswer(Socket socket) {
        return isLegacy() ? null : JsonNodeFactory.instance.objectNode().put("sid", socket.id());
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
