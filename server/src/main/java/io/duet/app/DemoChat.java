package io.duet.app;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.socketio.Ack;
import io.duet.socketio.Arguments;
import io.duet.socketio.RemoteSocket;
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
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The chat behind the demo page: rooms, who is here, typing, images. Its events are described in the demo's README. */
final class DemoChat {
    private static final int MAX_NAME = 100;
    private static final int MAX_TEXT = 5000;
    private static final String MEMBER = "member";
    private static final String ROOM = "room";

    private final Server io;

    DemoChat(Server io) {
        this.io = io;
    }

    void serve() {
        io.onConnection(socket -> socket.on("join", JoinRequest.class, (request, ack) -> join(socket, request, ack))
                .on("chat", String.class, (text, ack) -> chat(socket, text, ack))
                .on("typing", Boolean.class, (typing, ack) -> typing(socket, Boolean.TRUE.equals(typing)))
                .on("image", (arguments, ack) -> image(socket, arguments, ack))
                .onDisconnect((reason, description) -> room(socket).ifPresent(this::announceMembers)));
    }

    private void join(Socket socket, @Nullable JoinRequest request, Ack ack) {
        if (request == null || !isName(request.room()) || !isName(request.name())) {
            ack.send(Map.of("ok", false, "error", "room and name: 1 to " + MAX_NAME + " characters"));
            return;
        }
        String room = roomName(request.room());
        Optional<String> before = room(socket);
        before.ifPresent(socket::leave);
        Member you = new Member(socket.id(), request.name());
        socket.data().put(MEMBER, you);
        socket.data().put(ROOM, room);
        // Once other nodes reach it there.
        socket.join(room)
                .thenRun(() -> members(room, members -> ack.send(Map.of("ok", true, "you", you, "members", members))));
        before.filter(left -> !left.equals(room)).ifPresent(this::announceMembers);
        announceMembers(room);
    }

    private void chat(Socket socket, @Nullable String text, Ack ack) {
        if (text == null || text.isEmpty() || text.length() > MAX_TEXT) {
            ack.send(Map.of("ok", false, "error", "text: 1 to " + MAX_TEXT + " characters"));
            return;
        }
        publish(socket, "chat", Map.of("text", text), ack);
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
            ack.send(Map.of("ok", false, "error", "image: name, type and binary data"));
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
                    .asVolatile()
                    .emit("typing", Map.of("id", member.id(), "name", member.name(), "typing", typing));
        });
    }

    /** Sends a message to everybody in the sender's room and tells the sender that it went out. */
    private void publish(Socket socket, String event, Map<String, Object> content, Ack ack) {
        Optional<String> room = room(socket);
        if (room.isEmpty()) {
            ack.send(Map.of("ok", false, "error", "join a room first"));
            return;
        }
        String id = UUID.randomUUID().toString();
        Instant at = Instant.now();
        Map<String, Object> message = new HashMap<>(content);
        message.put("id", id);
        message.put("from", member(socket));
        message.put("at", at);
        io.to(room.get()).emit(event, message);
        ack.send(Map.of("ok", true, "id", id, "at", at));
    }

    private void announceMembers(String room) {
        members(room, members -> io.to(room).emit("members", members));
    }

    private void members(String room, Consumer<List<JsonNode>> then) {
        io.in(room)
                .fetchSockets()
                // Better those of this node than nobody.
                .exceptionallyCompose(failure -> io.local().in(room).fetchSockets())
                .thenAccept(sockets -> {
                    List<JsonNode> members = new ArrayList<>();
                    for (RemoteSocket socket : sockets) {
                        if (socket.data().has(MEMBER)) {
                            members.add(socket.data().get(MEMBER));
                        }
                    }
                    then.accept(members);
                });
    }

    private static boolean isName(String name) {
        return !name.isBlank() && name.length() <= MAX_NAME;
    }

    /** People name rooms; the prefix keeps them from naming somebody's private one. */
    private static String roomName(String name) {
        return "room:" + name;
    }

    private static Optional<String> room(Socket socket) {
        return Optional.ofNullable((String) socket.data().get(ROOM));
    }

    private static Member member(Socket socket) {
        return (Member) requireNonNull(socket.data().get(MEMBER), "member");
    }

    /** What a client asks for. */
    record JoinRequest(String room, String name) {
        JoinRequest {
            room = requireNonNullElse(room, "");
            name = requireNonNullElse(name, "");
        }
    }

    /** Somebody in a room. */
    record Member(String id, String name) {}
}
