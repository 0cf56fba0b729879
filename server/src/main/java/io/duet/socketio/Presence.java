package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.RoomListener;
import io.duet.adapter.presence.PresenceCounts;
import io.duet.adapter.presence.PresenceDirectory;
import io.duet.adapter.presence.PresenceEvent;
import io.duet.adapter.presence.PresenceListener;
import io.duet.adapter.presence.PresenceSnapshot;
import io.duet.adapter.presence.UserSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is online in a namespace, on which devices, in which rooms, on all nodes: {@link Namespace#presence(PresenceOptions)}.
 *
 * <p>A user is online while one of its sockets is connected to some node, and for the grace period after. What this tells is what the cluster's
 * log says: a socket that has just connected is there a moment later. Each node hears of each transition once, all nodes in the same order for
 * one user. A node that dies is noticed when its lease is over. While Redis is away answers are what was last known, and {@link #isStale()} says
 * so; nothing fails.
 *
 * <p>Safe for any thread; nothing blocks. Returned stages complete on a thread of presence's own: what follows on them must not block. They wait
 * while nothing is known yet because Redis has been away from the beginning, and fail when presence has ended. Metadata that is handed out must
 * not be changed.
 */
public final class Presence {
    private static final Logger log = LoggerFactory.getLogger(Presence.class);

    private final Namespace namespace;
    private final PresenceOptions options;
    private final PresenceDirectory directory;
    private final Map<Socket, Identity> identities = new ConcurrentHashMap<>();

    Presence(Namespace namespace, PresenceOptions options, PresenceDirectory directory) {
        this.namespace = namespace;
        this.options = options;
        this.directory = directory;
        namespace.adapter().addRoomListener(new Rooms());
    }

    /** Whether a user has a socket on some node, or had one less than the grace period ago. */
    public CompletionStage<Boolean> isOnline(String userId) {
        return directory.isOnline(userId);
    }

    /** A user's sockets on all nodes; none while the user is away for less than the grace period. */
    public CompletionStage<List<UserSocket>> socketsOf(String userId) {
        return directory.socketsOf(userId);
    }

    /** Ids of the users that have a socket in the room. */
    public CompletionStage<Set<String>> usersIn(String room) {
        return directory.usersIn(room);
    }

    /**
     * The users that have a socket in the room, in order of their ids, each with the metadata of all its sockets; within the grace period with what
     * was last known.
     */
    public CompletionStage<Map<String, List<JsonNode>>> metadataIn(String room) {
        return directory.metadataIn(room);
    }

    /** How many {@link #usersIn} would name. */
    public CompletionStage<Integer> countIn(String room) {
        return directory.countIn(room);
    }

    /**
     * A page of the users that are online, in order of their ids.
     *
     * @param after the last id of the page before, empty for the first page
     * @param limit how many at most
     */
    public CompletionStage<List<String>> users(String after, int limit) {
        return directory.users(after, limit);
    }

    /** The namespace that it is of. */
    public Namespace namespace() {
        return namespace;
    }

    /** Figures for a dashboard. */
    public CompletionStage<PresenceCounts> counts() {
        return directory.counts();
    }

    /** Whether the cluster's log cannot be reached, so that answers may be out of date. */
    public boolean isStale() {
        return directory.isStale();
    }

    /**
     * Adds a listener of transitions. It is called as listeners are, one call at a time and in order. One that is too slow misses some, is told so
     * by {@link PresenceListener#onGap}, and counted ({@link PresenceCounts#missed}).
     *
     * @return who is online; the listener hears of everything after that and of nothing before
     */
    public CompletionStage<PresenceSnapshot> subscribe(PresenceListener listener) {
        return directory.subscribe(listener, namespace.server().serialExecutor());
    }

    /** Removes a listener; it may still hear of what has happened before. */
    public void unsubscribe(PresenceListener listener) {
        directory.unsubscribe(listener);
    }

    /**
     * Tells the clients in a room of users that join and leave it, from now on: event {@code presence} with {@code {type, user, room, at}},
     * where {@code type} is {@code joined} or {@code left} and {@code at} is in milliseconds since 1970; or {@code gap}, alone, when this node was too
     * slow to tell of all. To be called on every node, since each tells its own clients.
     */
    public void relay(String room) {
        relay(room, event -> event.room().map(room::equals).orElse(false));
    }

    /** The same with the transitions that are chosen, whatever they are; those without a room come without {@code room}. */
    public void relay(String room, Predicate<PresenceEvent> chosen) {
        subscribe(new Relay(room, chosen));
    }

    /** The room that all sockets of a user are in, on Node servers and for emitters too. */
    public String roomOf(String userId) {
        return options.userRoomPrefix() + userId;
    }

    // For sockets and their namespace

    /** Asks whose a socket is that is about to be accepted, unless a middleware has said so; the rooms it is in for that reason. */
    Set<String> roomsOf(Socket socket) {
        if (!identities.containsKey(socket)) {
            userOf(socket).filter(userId -> !userId.isEmpty()).ifPresent(userId -> socket.life()
                    .unlessGone(() -> {
                        identities.putIfAbsent(socket, new Identity(userId, noMetadata()));
                        return CompletableFuture.completedFuture(null);
                    }));
        }
        Identity identity = identities.get(socket);
        return identity == null ? Set.of() : Set.of(roomOf(identity.userId()));
    }

    void connected(Socket socket) {
        Identity identity = identities.get(socket);
        if (identity != null) {
            register(socket, identity);
        }
    }

    CompletionStage<Void> identify(Socket socket, String userId, @Nullable Object metadata) {
        Identity identity = new Identity(
                userId, metadata == null ? noMetadata() : namespace.server().toTree(metadata));
        return socket.life().unlessGone(() -> {
            Identity before = identities.put(socket, identity);
            if (before != null && !before.userId().equals(userId)) {
                socket.leave(roomOf(before.userId()));
            }
            CompletionStage<Void> joined = socket.join(roomOf(userId));
            return socket.connected()
                    ? CompletableFuture.allOf(
                            joined.toCompletableFuture(),
                            register(socket, identity).toCompletableFuture())
                    : joined;
        });
    }

    /** Before the socket leaves its rooms: what it leaves in the end, it does not leave on purpose. */
    void disconnected(Socket socket) {
        identities.remove(socket);
        directory.forget(socket.id());
    }

    CompletionStage<Void> close() {
        return directory.close();
    }

    private Optional<String> userOf(Socket socket) {
        try {
            return options.user().apply(socket);
        } catch (RuntimeException e) {
            log.error("presence: whose a socket is could not be found out, it is nobody's: {}", socket, e);
            return Optional.empty();
        }
    }

    private CompletionStage<Void> register(Socket socket, Identity identity) {
        return directory.identify(
                socket.id(), identity.userId(), socket.handshake().issued(), identity.metadata(), () -> seen(socket));
    }

    private Set<String> seen(Socket socket) {
        Set<String> rooms = new HashSet<>(socket.rooms());
        rooms.removeIf(room -> !isSeen(room, socket.id()));
        return rooms;
    }

    private boolean isSeen(String room, String socketId) {
        return !room.equals(socketId)
                && !room.startsWith(options.userRoomPrefix())
                && options.rooms().test(room);
    }

    private JsonNode noMetadata() {
        return namespace.server().mapper().createObjectNode();
    }

    private JsonNode json(PresenceEvent event) {
        ObjectNode node = namespace.server().mapper().createObjectNode();
        node.put("type", event.type().name().toLowerCase(Locale.ROOT)).put("user", event.userId());
        event.room().ifPresent(room -> node.put("room", room));
        return node.put("at", event.at().toEpochMilli());
    }

    private record Identity(String userId, JsonNode metadata) {
        private static final int MAX_METADATA = 4096;

        Identity {
            if (userId.isEmpty()) {
                throw new IllegalArgumentException("userId: empty (expected: a text)");
            }
            int length = metadata.toString().length();
            if (length > MAX_METADATA) {
                throw new IllegalArgumentException(
                        "metadata: " + length + " characters of JSON (expected: <= " + MAX_METADATA + ")");
            }
        }
    }

    private final class Relay implements PresenceListener {
        private final String room;
        private final Predicate<PresenceEvent> chosen;

        Relay(String room, Predicate<PresenceEvent> chosen) {
            this.room = room;
            this.chosen = chosen;
        }

        @Override
        public void onEvent(PresenceEvent event) {
            if (chosen.test(event)) {
                emit(json(event));
            }
        }

        @Override
        public void onGap(PresenceSnapshot snapshot) {
            emit(namespace.server().mapper().createObjectNode().put("type", "gap"));
        }

        private void emit(JsonNode message) {
            namespace.local().to(room).emit("presence", message);
        }
    }

    private final class Rooms implements RoomListener {
        @Override
        public void joined(String room, String socketId) {
            if (isSeen(room, socketId)) {
                directory.joined(socketId, room);
            }
        }

        @Override
        public void left(String room, String socketId) {
            if (isSeen(room, socketId)) {
                directory.left(socketId, room);
            }
        }
    }
}
