package io.duet.socketio;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.socketio.ServerExtension.Joined;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who gets a broadcast, and how often. Three clients: a in rooms r1 and r2, b in r2, c in none but its own. */
final class BroadcastIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    private final Map<String, RawSocketIoClient> clients = new LinkedHashMap<>();
    private final Map<String, Socket> sockets = new LinkedHashMap<>();

    @Test
    void reachesEverybody() throws InterruptedException {
        assertReached(io -> io.emit("x"), "a", "b", "c");
        assertReached(io -> io.local().emit("x"), "a", "b", "c");
        assertReached(io -> io.compress(false).emit("x"), "a", "b", "c");
    }

    @Test
    void reachesTheMembersOfARoom() throws InterruptedException {
        assertReached(io -> io.to("r2").emit("x"), "a", "b");
        assertReached(io -> io.in("r1").emit("x"), "a");
        assertReached(io -> io.to("unknown").emit("x"));
    }

    @Test
    void reachesTheMembersOfSeveralRoomsOnce() throws InterruptedException {
        assertReached(io -> io.to("r1").to("r2").emit("x"), "a", "b");
        assertReached(io -> io.to("r1", "r2", "unknown").emit("x"), "a", "b");
        assertReached(io -> io.to("r1").to(id("c")).emit("x"), "a", "c");
    }

    @Test
    void leavesOutTheMembersOfExceptedRooms() throws InterruptedException {
        assertReached(io -> io.except("r2").emit("x"), "c");
        assertReached(io -> io.except("r1").except(id("c")).emit("x"), "b");
        assertReached(io -> io.to("r2").except("r1").emit("x"), "b");
        assertReached(io -> io.to("r1").except("r1").emit("x"));
        assertReached(io -> io.except("unknown").emit("x"), "a", "b", "c");
    }

    @Test
    void reachesASocketByItsIdUnlessItHasLeftThatRoom() throws InterruptedException {
        assertReached(io -> io.to(id("c")).emit("x"), "c");
        assertReached(io -> {
            socket("c").leave(id("c"));
            io.to(id("c")).emit("x");
        });
        assertReached(io -> io.emit("x"), "a", "b", "c");
    }

    @Test
    void neverReachesTheSender() throws InterruptedException {
        assertReached(io -> socket("a").broadcast().emit("x"), "b", "c");
        assertReached(io -> socket("a").to("r2").emit("x"), "b");
        assertReached(io -> socket("a").in("r1", "r2").emit("x"), "b");
        assertReached(io -> socket("a").to(id("a")).emit("x"));
        assertReached(io -> socket("c").except("r1").emit("x"), "b");
        assertReached(io -> socket("c").local().emit("x"), "a", "b");
    }

    @Test
    void reachesOneSocketByItsOwnEmit() throws InterruptedException {
        assertReached(io -> socket("b").emit("x"), "b");
        assertReached(
                io -> {
                    // Its client may have read the event before a moment earlier than the server knows that it is
                    // written.
                    await().atMost(Duration.ofSeconds(5))
                            .until(() -> socket("b").conn().queuedBytes() == 0);
                    socket("b").asVolatile().emit("x");
                },
                "b");
    }

    @Test
    void neverReachesAnotherNamespace() throws InterruptedException {
        assertReached(io -> {
            io.of("/custom").emit("x");
            io.of("/custom").to("r1").emit("x");
        });
        RawSocketIoClient custom = server.join("/custom").client();
        clients.put("custom", custom);

        assertReached(io -> io.emit("x"), "a", "b", "c");
        io().of("/custom").emit("x");
        assertThat(custom.read()).isEqualTo("2/custom,[\"x\"]");
    }

    @Test
    void keepsAnOperatorAsItIs() throws InterruptedException {
        assertReached(
                io -> {
                    BroadcastOperator room = io.to("r1");
                    room.to("r2").emit("y");
                    room.except("r1").emit("y");
                    room.emit("x");
                },
                Map.of("a", List.of("y", "x"), "b", List.of("y")));
    }

    @Test
    void sendsTheSameBytesToEveryReceiver() throws InterruptedException {
        start();

        io().emit("bytes", new byte[] {1}, Map.of("deep", new byte[] {2, 3}));

        for (RawSocketIoClient client : clients.values()) {
            assertThat(client.read())
                    .isEqualTo("52-[\"bytes\",{\"_placeholder\":true,\"num\":0},"
                            + "{\"deep\":{\"_placeholder\":true,\"num\":1}}]");
            assertThat(client.readBinary()).containsExactly(1);
            assertThat(client.readBinary()).containsExactly(2, 3);
        }
    }

    @Test
    void reachesPollingClientsInTheirOwnForm() throws InterruptedException {
        start();
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();

        io().emit("bytes", new byte[] {1});

        assertThat(polling.poll()).hasToString("200 451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]\u001ebAQ==");
        assertThat(client("a").read()).isEqualTo("51-[\"bytes\",{\"_placeholder\":true,\"num\":0}]");
    }

    @Test
    void forgetsSocketsAndRoomsThatAreGone() throws InterruptedException {
        start();
        Socket a = socket("a");

        a.disconnect();
        assertThat(client("a").read()).isEqualTo("1");
        await().until(a::disconnected);
        io().to("r1", "r2").emit("x");

        assertThat(client("b").read()).isEqualTo("2[\"x\"]");
        assertThat(io().sockets().adapter().rooms()).containsExactlyInAnyOrder("r2", id("b"), id("c"));
        assertThat(a.rooms()).isEmpty();
        a.join("r1");
        assertThat(io().sockets().adapter().rooms())
                .as("nobody joins behind the end")
                .doesNotContain("r1");
    }

    @Test
    void toleratesJoiningTwiceAndLeavingWhatWasNotJoined() throws InterruptedException {
        start();
        Socket c = socket("c");

        c.join("r1");
        c.join("r1");
        c.leave("unknown");
        assertThat(c.rooms()).isEqualTo(Set.of("r1", id("c")));
        c.leave("r1");

        assertThat(c.rooms()).isEqualTo(Set.of(id("c")));
    }

    // Volatile

    @Test
    void dropsVolatileEventsWhileNoPollIsHeld() throws InterruptedException {
        start();
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();
        Socket socket = server.socket();

        io().asVolatile().emit("lost");
        socket.asVolatile().emit("lost");
        io().emit("kept");

        assertThat(polling.poll()).hasToString("200 42[\"kept\"]");
    }

    @Test
    void sendsVolatileEventsToAHeldPoll() throws InterruptedException {
        start();
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();
        polling.sendPoll();

        // Until the poll is there they are dropped; the first that finds it is its answer.
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            io().asVolatile().emit("in time");
            return !polling.polls().isQuiet();
        });

        assertThat(polling.readPoll()).hasToString("200 42[\"in time\"]");
    }

    @Test
    void dropsAVolatileEventRightBehindAnother() {
        Server io = server.start(options -> options.listenerExecution(ListenerExecution.EVENT_LOOP));
        io.onConnection(socket -> socket.on("go", (arguments, ack) -> {
            socket.emit("first");
            socket.asVolatile().emit("dropped");
            io.asVolatile().emit("dropped");
            socket.emit("last");
        }));
        RawSocketIoClient client = server.join().client().send("2[\"go\"]");

        assertThat(client.read()).isEqualTo("2[\"first\"]");
        assertThat(client.read()).isEqualTo("2[\"last\"]");
    }

    private void assertReached(Consumer<Server> action, String... names) throws InterruptedException {
        Map<String, List<String>> events = new LinkedHashMap<>();
        for (String name : names) {
            events.put(name, List.of("x"));
        }
        assertReached(action, events);
    }

    /** Performs it and checks that the named clients get these events, each once, and the others nothing. */
    private void assertReached(Consumer<Server> action, Map<String, List<String>> events) throws InterruptedException {
        if (clients.isEmpty()) {
            start();
        }

        action.accept(io());
        sockets.values().forEach(socket -> socket.emit("end"));

        sockets.keySet().forEach(name -> {
            for (String event : events.getOrDefault(name, List.of())) {
                assertThat(client(name).read()).as(name).isEqualTo("2[\"" + event + "\"]");
            }
            assertThat(client(name).read()).as(name).isEqualTo("2[\"end\"]");
        });
    }

    private void start() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        io.of("/custom");
        for (String name : List.of("a", "b", "c")) {
            Joined joined = server.join();
            clients.put(name, joined.client());
            sockets.put(name, server.socket());
        }
        socket("a").join("r1", "r2");
        socket("b").join("r2");
    }

    private Server io() {
        return socket("a").namespace().server();
    }

    private Socket socket(String name) {
        return requireNonNull(sockets.get(name), name);
    }

    private RawSocketIoClient client(String name) {
        return requireNonNull(clients.get(name), name);
    }

    private String id(String name) {
        return socket(name).id();
    }
}
