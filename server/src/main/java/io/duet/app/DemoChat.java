package io.duet.app;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.socketio.Ack;
import io.duet.socketio.Arguments;
import io.duet.socketio.BroadcastOperator;
import io.duet.socketio.DisconnectReason;
import io.duet.socketio.Presence;
import io.duet.socketio.PresenceOptions;
import io.duet.socketio.Server;
import io.duet.socketio.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The chat behind the demo page: rooms, who is here, typing, images, messages to one user. Its events are described in the demo's README. */
final class DemoChat {
    private static final int MAX_NAME = 100;
    private static final int MAX_TEXT = 5000;
    /** People name rooms; the prefix keeps them from naming somebody's private one. */
    private static final String ROOM_PREFIX = "room:";

    // What is kept with a socket: texts, which survive connection state recovery.
    private static final String USER = "user";
    private static final String NAME = "name";
    private static final String ROOM = "room";

    private final Server io;
    private final Supplier<String> node;
    private final Presence presence;

    /** @param node what this node is called, once the server has started */
    DemoChat(Server io, Supplier<String> node) {
        this.io = io;
        this.node = node;
        this.presence = io.presence(PresenceOptions.builder()
                .rooms(room -> room.startsWith(ROOM_PREFIX))
                .build());
    }

    void serve() {
        presence.subscribe(event -> event.room().ifPresent(this::announceMembers));
        io.onConnection(socket -> socket.on("join", JoinRequest.class, (request, ack) -> join(socket, request, ack))
                .on("chat", String.class, (text, ack) -> chat(socket, text, ack))
                .on("direct", DirectMessage.class, (message, ack) -> direct(socket, message, ack))
                .on("typing", Boolean.class, (typing, ack) -> typing(socket, Boolean.TRUE.equals(typing)))
                .on("image", (arguments, ack) -> image(socket, arguments, ack))
                .on("pulse", Pulse.class, (pulse, ack) -> pulse(socket, pulse))
                .on("probe", (arguments, ack) -> ack.send())
                .onDisconnecting((reason, description) -> {
                    if (reason == DisconnectReason.CLIENT_NAMESPACE_DISCONNECT) {
                        // On purpose: nobody has to wait for a reload.
                        room(socket).ifPresent(socket::leave);
                    }
                }));
    }

    private void join(Socket socket, @Nullable JoinRequest request, Ack ack) {
        if (request == null
                || !isName(request.room())
                || !isName(request.name())
                || request.user().length() > MAX_NAME) {
            refuse(ack, "room, name and user: 1 to " + MAX_NAME + " characters");
            return;
        }
        String room = ROOM_PREFIX + request.room();
        room(socket).filter(before -> !before.equals(room)).ifPresent(socket::leave);
        String user = request.user().isEmpty() ? socket.id() : request.user();
        Present you = new Present(user, request.name(), Set.of(node.get()));
        socket.data().put(USER, user);
        socket.data().put(NAME, request.name());
        socket.data().put(ROOM, room);
        // Once other nodes reach it there, and whoever has come before is known here.
        socket.join(room)
                .thenCompose(joined -> socket.identify(user, Map.of("name", request.name(), "node", node.get())))
                .thenCompose(known -> presence.metadataIn(room))
                .thenAccept(users -> {
                    List<Present> members = members(users);
                    if (!users.containsKey(user)) {
                        members.add(you);
                    }
                    ack.send(Map.of("ok", true, "you", you, "node", node.get(), "members", members));
                });
    }

    private void chat(Socket socket, @Nullable String text, Ack ack) {
        if (text == null || text.isEmpty() || text.length() > MAX_TEXT) {
            refuse(ack, "text: 1 to " + MAX_TEXT + " characters");
            return;
        }
        publish(socket, "chat", Map.of("text", text), ack);
    }

    /** To all devices of one user, and all of the sender's. */
    private void direct(Socket socket, @Nullable DirectMessage message, Ack ack) {
        if (message == null || message.text().isEmpty() || message.text().length() > MAX_TEXT) {
            refuse(ack, "text: 1 to " + MAX_TEXT + " characters");
        } else if (room(socket).isEmpty()) {
            refuse(ack, "join a room first");
        } else {
            presence.isOnline(message.to()).thenAccept(online -> {
                if (online) {
                    Map<String, Object> content = Map.of("text", message.text(), "to", message.to());
                    send(
                            io.toUser(message.to())
                                    .to(presence.roomOf(member(socket).id())),
                            "direct",
                            socket,
                            content,
                            ack);
                } else {
                    refuse(ack, "not here any more");
                }
            });
        }
    }

    private void image(Socket socket, Arguments arguments, Ack ack) {
        JsonNode image = arguments.json(0);
        byte[] data;
        try {
            data = image.path("data").isBinary() ? image.path("data").binaryValue() : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException("binary in memory", e);
        }
        if (data.length == 0 || !image.path("type").asText().startsWith("image/")) {
            refuse(ack, "image: name, type and binary data");
            return;
        }
        publish(
                socket,
                "image",
                Map.of(
                        "name", image.path("name").asText(),
                        "type", image.path("type").asText(),
                        "data", data),
                ack);
    }

    private void typing(Socket socket, boolean typing) {
        room(socket).ifPresent(room -> {
            Member member = member(socket);
            socket.to(room)
                    .except(presence.roomOf(member.id()))
                    .asVolatile()
                    .emit("typing", Map.of("id", member.id(), "name", member.name(), "typing", typing));
        });
    }

    /** Test traffic: numbered by its sender, so that a receiver sees what it has missed. */
    private void pulse(Socket socket, @Nullable Pulse pulse) {
        if (pulse != null && pulse.stream().length() <= MAX_NAME) {
            room(socket).ifPresent(room -> io.to(room).emit("pulse", pulse));
        }
    }

    /** Sends a message to everybody in the sender's room. */
    private void publish(Socket socket, String event, Map<String, Object> content, Ack ack) {
        room(socket)
                .ifPresentOrElse(
                        room -> send(io.to(room), event, socket, content, ack), () -> refuse(ack, "join a room first"));
    }

    /** Sends a message and tells the sender that it went out. */
    private void send(BroadcastOperator to, String event, Socket socket, Map<String, Object> content, Ack ack) {
        String id = UUID.randomUUID().toString();
        Instant at = Instant.now();
        Map<String, Object> message = new HashMap<>(content);
        message.put("id", id);
        message.put("from", member(socket));
        message.put("at", at);
        message.put("node", node.get());
        to.emit(event, message);
        ack.send(Map.of("ok", true, "id", id, "at", at));
    }

    /** To the clients of this node: each node hears of it. */
    private void announceMembers(String room) {
        presence.metadataIn(room).thenAccept(users -> io.local().to(room).emit("members", members(users)));
    }

    private static List<Present> members(Map<String, List<JsonNode>> users) {
        List<Present> members = new ArrayList<>();
        users.forEach((id, devices) -> {
            Set<String> nodes = new TreeSet<>();
            devices.forEach(device -> nodes.add(device.path("node").asText()));
            members.add(new Present(id, devices.get(0).path("name").asText(), nodes));
        });
        return members;
    }

    private static void refuse(Ack ack, String error) {
        ack.send(Map.of("ok", false, "error", error));
    }

    private static boolean isName(String name) {
        return !name.isBlank() && name.length() <= MAX_NAME;
    }

    private static Optional<String> room(Socket socket) {
        return Optional.ofNullable((String) socket.data().get(ROOM));
    }

    private static Member member(Socket socket) {
        return new Member((String) requireNonNull(socket.data().get(USER), USER), (String)
                requireNonNull(socket.data().get(NAME), NAME));
    }

    /**
     * What a client asks for.
     *
     * @param user whose the client is: all with the same are one member; a client without it is a member of its own. Whoever knows it can claim it,
     *     which is enough for a demo
     */
    record JoinRequest(String room, String name, String user) {
        JoinRequest {
            room = requireNonNullElse(room, "");
            name = requireNonNullElse(name, "");
            user = requireNonNullElse(user, "");
        }
    }

    /** A text for one user. */
    record DirectMessage(String to, String text) {
        DirectMessage {
            to = requireNonNullElse(to, "");
            text = requireNonNullElse(text, "");
        }
    }

    /** A numbered message of a stream that one client sends. */
    record Pulse(String stream, long n) {
        Pulse {
            stream = requireNonNullElse(stream, "");
        }
    }

    /** Somebody in a room: the user's id and name. */
    record Member(String id, String name) {}

    /** The same, with the nodes that the user's devices are connected to. */
    record Present(String id, String name, Set<String> nodes) {}
}
