package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.EventPacket;
import io.duet.adapter.FailureText;
import io.duet.adapter.HistoryRange;
import io.duet.adapter.KeptPacket;
import io.duet.adapter.SessionState;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.socketio.codec.SocketPacket;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket's way from CONNECT to disconnection: middlewares, acceptance (with what it missed, if it is a recovered one), the end.
 *
 * <p>The state is atomic: whoever takes a socket out of CONNECTED sees to its end, and nobody else does. What is said to listeners is said in
 * the socket's serial executor; what is said to the client, on the session's event loop or through the session's queue.
 */
final class SocketLife {
    private static final Logger log = LoggerFactory.getLogger(SocketLife.class);

    private static final CompletionStage<Void> NONE_YET = CompletableFuture.completedStage(null);

    private enum State {
        /** In its middlewares: not in the namespace, out of reach of broadcasts. */
        PENDING,
        CONNECTED,
        /** Gone for the client; {@code disconnecting} listeners still see its rooms. */
        DISCONNECTING,
        DISCONNECTED
    }

    private final Socket socket;
    private final Namespace namespace;
    private final Connection connection;
    private final SerialExecutor serial;
    private final @Nullable String privateId;
    private final @Nullable SessionState restored;
    private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Deliveries deliveries;
    private volatile boolean leftFromHere;

    /** Behind which a client has missed packets that has seen none. */
    private volatile String connectedAt = "";

    /** Up to where everything was sent when the client was lost; empty before. */
    private volatile String lostAt = "";

    /** The last history that was asked for, or is being sent; event loop only. */
    private CompletionStage<Void> history = NONE_YET;

    SocketLife(Socket socket, Connection connection, SerialExecutor serial, SocketIdentity identity) {
        this.socket = socket;
        this.namespace = socket.namespace();
        this.connection = connection;
        this.serial = serial;
        this.privateId = identity.privateId();
        this.restored = identity.restored();
        this.deliveries = new Deliveries(this::send, restored == null);
    }

    Connection connection() {
        return connection;
    }

    /** The secret that its client can come back with. */
    @Nullable
    String privateId() {
        return privateId;
    }

    boolean isConnected() {
        State now = state.get();
        return now == State.CONNECTED || now == State.DISCONNECTING;
    }

    boolean isPending() {
        return state.get() == State.PENDING;
    }

    boolean takesBroadcasts() {
        return state.get() == State.CONNECTED;
    }

    /**
     * Whether an event that came in reaches listeners: also if its client is gone by now, as long as nobody has been told. What the client sent
     * before it left is not lost because listeners were busy; what came in before this side disconnected the socket is dropped, as in Node.
     */
    boolean takesEvents() {
        State now = state.get();
        return now == State.CONNECTED || (now == State.DISCONNECTING && !leftFromHere);
    }

    boolean canSend() {
        State now = state.get();
        return now == State.CONNECTED || now == State.PENDING;
    }

    /** An event. */
    void send(OutboundMessage message, boolean isVolatile) {
        if (connection.send(message, isVolatile)) {
            namespace.counters().eventsSent.increment();
        }
    }

    /** A broadcast; held back while the socket has to catch up. */
    void deliver(OutboundMessage message, boolean isVolatile, String offset) {
        deliveries.deliver(message, isVolatile, offset);
    }

    CompletionStage<Void> join(Set<String> rooms) {
        return unlessGone(() -> namespace.adapter().addAll(socket, rooms));
    }

    /** Under the same lock as the final leaving of all rooms: nobody can be put back into a room, or among the users, afterwards. */
    CompletionStage<Void> unlessGone(Supplier<CompletionStage<Void>> action) {
        synchronized (state) {
            return state.get() == State.DISCONNECTED ? CompletableFuture.completedFuture(null) : action.get();
        }
    }

    /** In step with the listeners. */
    void execute(Runnable task) {
        serial.execute(task);
    }

    // The beginning

    void runMiddlewares() {
        if (restored != null && namespace.skipsMiddlewaresOnRecovery()) {
            connection.accept(socket);
        } else {
            Iterator<Middleware> middlewares = namespace.middlewares().iterator();
            serial.execute(() -> runNext(middlewares));
        }
    }

    /** All middlewares have accepted; on the session's event loop. */
    void accept() {
        // Into its rooms while still out of reach: whoever learns its id can send to it at once, from any node.
        Set<String> rooms = new HashSet<>(restored == null ? Set.of(socket.id()) : restored.rooms());
        namespace.ifPresence(presence -> rooms.addAll(presence.roomsOf(socket)));
        connectedAt = restored == null ? namespace.adapter().position() : restored.offset();
        join(rooms)
                .whenComplete((joined, failure) -> connection.inStep(() -> {
                    if (isPending()) {
                        enter();
                    }
                }));
    }

    private void enter() {
        SessionState session = restored;
        if (session == null) {
            if (connectedAt.isEmpty()) {
                connectedAt = namespace.adapter().position();
            }
            // Queued first and written last: a broadcast cannot overtake it, nor miss a client that has seen it.
            sendConnect();
            becomeConnected();
            announce();
            return;
        }
        // Broadcasts reach the socket from here on, but wait until it has got what it missed before.
        deliveries.hold();
        becomeConnected();
        namespace
                .adapter()
                .missedPackets(session)
                .whenComplete((missed, failure) -> connection.execute(() -> {
                    if (failure == null) {
                        catchUp(missed);
                    } else {
                        log.warn(
                                "missed packets could not be read, the client is to try again: {}: {}",
                                socket,
                                FailureText.of(failure));
                        connection.lost("missed packets could not be read");
                    }
                }));
    }

    /** Its client left before it was accepted; one that had come back may do so again. */
    void discard() {
        if (restored != null && isPending()) {
            namespace.adapter().persistSession(restored);
        }
        end();
    }

    /** A middleware has refused it. */
    void refused() {
        end();
    }

    private void end() {
        synchronized (state) {
            if (state.getAndSet(State.DISCONNECTED) == State.DISCONNECTED) {
                return;
            }
            leaveRooms();
        }
        socket.acks().close();
        // Behind a middleware that still runs.
        serial.execute(this::over);
    }

    private void over() {
        namespace.detach();
        ended.complete(null);
    }

    private void becomeConnected() {
        state.set(State.CONNECTED);
        namespace.counters().connects.increment();
        namespace.add(socket);
        namespace.ifPresence(presence -> presence.connected(socket));
    }

    /** For good. */
    private void leaveRooms() {
        namespace.ifPresence(presence -> presence.disconnected(socket));
        namespace.adapter().delAll(socket);
    }

    private void catchUp(List<EventPacket> missed) {
        String last = missed.isEmpty() ? null : missed.get(missed.size() - 1).offset();
        deliveries.release(last, isPast -> {
            missed.stream().filter(packet -> isPast.test(packet.offset())).forEach(this::replay);
            sendConnect();
        });
        announce();
    }

    private void replay(EventPacket packet) {
        connection.send(new SocketPacket.Event(namespace.name(), SocketPacket.NO_ID, packet.data()));
        namespace.counters().eventsSent.increment();
    }

    private void announce() {
        // Out before anything that listeners send: a client may look for its CONNECT only in a later turn.
        connection.flush();
        serial.execute(() -> namespace.fireConnection(socket));
    }

    private void sendConnect() {
        connection.sendConnect(socket, privateId);
    }

    private void runNext(Iterator<Middleware> middlewares) {
        if (!middlewares.hasNext()) {
            connection.accept(socket);
            return;
        }
        Decision decision = new Decision(middlewares);
        try {
            middlewares.next().handle(socket, decision);
        } catch (Throwable e) {
            log.error("middleware failed, socket refused: {}", socket, e);
            decision.refuse("Internal server error");
        }
    }

    // History

    /** Joins a room and sends what was broadcast to it before, then all that comes. */
    CompletionStage<Void> joinWithHistory(String room, HistoryRange range) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        connection.execute(() -> {
            CompletionStage<Void> before = history;
            history = done.handle((joined, failure) -> null);
            before.thenRun(() -> connection.inStep(() -> join(room, range, done)));
        });
        return done;
    }

    private void join(String room, HistoryRange range, CompletableFuture<Void> done) {
        if (isPending()) {
            done.completeExceptionally(new IllegalStateException(socket + ": not accepted yet (expected: connected)"));
            return;
        }
        if (!takesBroadcasts() || socket.rooms().contains(room)) {
            done.complete(null);
            return;
        }
        deliveries.hold();
        join(Set.of(room))
                .thenCompose(joined -> namespace.adapter().history(room, range))
                .whenComplete((kept, failure) -> connection.execute(() -> {
                    sendHistory(failure == null ? kept : List.of());
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(failure);
                    }
                }));
    }

    private void sendHistory(List<KeptPacket> kept) {
        Set<String> rooms = socket.rooms();
        // A client that is lost now has missed what is behind the last live packet, not what is behind a past one.
        String offset = deliveries.lastOffsetOr(connectedAt);
        deliveries.release(null, isPast -> {
            for (KeptPacket one : kept) {
                if (isPast.test(one.packet().offset()) && Collections.disjoint(one.except(), rooms)) {
                    replay(privateId == null ? one.packet() : one.packet().behind(offset));
                }
            }
        });
    }

    // The end

    void disconnect(boolean close) {
        if (state.compareAndSet(State.CONNECTED, State.DISCONNECTING)) {
            leftFromHere = true;
            connection.leave(socket, close);
            finish(DisconnectReason.SERVER_NAMESPACE_DISCONNECT, "");
        }
    }

    /** The client has left, or its connection is gone. */
    void onGone(DisconnectReason reason, String description) {
        String position = namespace.adapter().position();
        if (state.compareAndSet(State.CONNECTED, State.DISCONNECTING)) {
            lostAt = position;
            finish(reason, description);
        } else if (isPending()) {
            discard();
        }
    }

    /** Done when the socket has left its rooms and its namespace. */
    CompletionStage<Void> ended() {
        return ended;
    }

    /** Its client is back by another connection before this one was known to be lost. Done when its state has been kept. */
    CompletionStage<Void> supersede() {
        connection.lost("the client came back by another connection");
        return ended;
    }

    private void finish(DisconnectReason reason, String description) {
        namespace.counters().disconnects.increment(reason);
        serial.execute(() -> {
            SocketEvents events = socket.events();
            Closing closing = new Closing();
            events.fire(events.disconnecting, reason, description);
            if (reason.isRecoverable()) {
                closing.step("state", () -> session().ifPresent(namespace.adapter()::persistSession));
            }
            closing.step("rooms", this::leaveForGood);
            namespace.remove(socket);
            closing.step("acknowledgements", socket.acks()::close);
            events.fire(events.disconnect, reason, description);
            closing.failure().ifPresent(failure -> log.error("{}: {}", socket, failure.getMessage()));
            over();
        });
    }

    private void leaveForGood() {
        synchronized (state) {
            state.set(State.DISCONNECTED);
            leaveRooms();
        }
    }

    /** What is to survive, if the client can come back; any thread. */
    Optional<SessionState> session() {
        String secret = privateId;
        if (secret == null) {
            return Optional.empty();
        }
        // The position first: what is sent meanwhile is then behind it.
        String position = namespace.adapter().position();
        Optional<String> last = deliveries.lastOffset();
        String from = connectedAt.isEmpty() ? position : connectedAt;
        String upTo = last.isEmpty() ? "" : takesBroadcasts() ? position : lostAt;
        JsonNode data = socket.dataTree();
        return Optional.of(new SessionState(socket.id(), secret, socket.rooms(), data, from, last.orElse(""), upTo));
    }

    /** One middleware's decision. */
    private final class Decision implements Middleware.Next {
        private final AtomicReference<@Nullable Iterator<Middleware>> rest;

        Decision(Iterator<Middleware> rest) {
            this.rest = new AtomicReference<>(rest);
        }

        @Override
        public void accept() {
            Iterator<Middleware> next = rest.getAndSet(null);
            if (next != null) {
                serial.execute(() -> runNext(next));
            }
        }

        @Override
        public void refuse(String message) {
            if (rest.getAndSet(null) != null) {
                connection.refuse(socket, message, null);
            }
        }

        @Override
        public void refuse(String message, Object details) {
            JsonNode tree = namespace.server().toTree(details);
            if (rest.getAndSet(null) != null) {
                connection.refuse(socket, message, tree);
            }
        }
    }
}
