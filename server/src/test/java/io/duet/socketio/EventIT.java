package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.duet.socketio.codec.JsonValues;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of clients and to clients. */
final class EventIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"message\"]",
                "[\"message\",1,\"2\",{\"3\":[true]}]",
                "[\"message\",null,null]",
                "[\"message\",1.5,-7,12345678901,\"\u20ac\ud83d\ude00\"]",
                "[\"message\",{\"_placeholder\":true,\"num\":0}]",
                "[\"message\",[],{},\"\"]"
            })
    void echoesArguments(String event) {
        RawSocketIoClient client = startEcho(ListenerExecution.WORKERS).send("2" + event);

        assertThat(client.read()).isEqualTo("2" + event.replace("message", "back"));
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void echoesBinary(ListenerExecution execution) {
        RawSocketIoClient client = startEcho(execution)
                .send("52-[\"message\",{\"a\":[{\"_placeholder\":true,\"num\":1}]},{\"_placeholder\":true,\"num\":0}]")
                .sendBinary(1, 2, 3)
                .sendBinary(4, 5);

        assertThat(client.read())
                .isEqualTo(
                        "52-[\"back\",{\"a\":[{\"_placeholder\":true,\"num\":0}]},{\"_placeholder\":true,\"num\":1}]");
        assertThat(client.readBinary()).containsExactly(4, 5);
        assertThat(client.readBinary()).containsExactly(1, 2, 3);
    }

    @Test
    void echoesBinaryOverPolling() {
        startEcho(ListenerExecution.WORKERS);
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();

        polling.post("451-[\"message\",{\"_placeholder\":true,\"num\":0}]\u001ebAQIDBA==");

        assertThat(polling.poll()).hasToString("200 451-[\"back\",{\"_placeholder\":true,\"num\":0}]\u001ebAQIDBA==");
    }

    @Test
    void takesATenthAttachment() {
        RawSocketIoClient client = startEcho(ListenerExecution.WORKERS).send("510-[\"message\"]");
        for (int i = 0; i < 10; i++) {
            client.sendBinary(i);
        }

        assertThat(client.read()).isEqualTo("2[\"back\"]");
    }

    @Test
    void givesListenersBytesAndTakesThemAnywhere() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        io.onConnection(socket -> socket.on(
                "bytes", (arguments, ack) -> server.see(arguments.toList().get(0))));
        RawSocketIoClient client = server.join().client();

        client.send("51-[\"bytes\",{\"_placeholder\":true,\"num\":0}]").sendBinary(9, 8);
        server.socket().emit("deep", Map.of("list", List.of(new byte[] {1})), new byte[] {2});

        assertThat(server.next()).isEqualTo(new byte[] {9, 8});
        assertThat(client.read())
                .isEqualTo(
                        "52-[\"deep\",{\"list\":[{\"_placeholder\":true,\"num\":0}]},{\"_placeholder\":true,\"num\":1}]");
        assertThat(client.readBinary()).containsExactly(1);
        assertThat(client.readBinary()).containsExactly(2);
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void keepsTheOrderOfEvents(ListenerExecution execution) {
        RawSocketIoClient client = startEcho(execution);

        client.sendAll(IntStream.range(0, 1000)
                .mapToObj(i -> "2[\"message\"," + i + "]")
                .toArray(String[]::new));

        for (int i = 0; i < 1000; i++) {
            assertThat(client.read()).isEqualTo("2[\"back\"," + i + "]");
        }
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void callsListenersInTheOrderOfTheirRegistration(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        EventListener removed = (arguments, ack) -> server.see("removed");
        io.onConnection(socket -> socket.on("event", (arguments, ack) -> server.see("first"))
                .on("event", removed)
                .on("event", (arguments, ack) -> {
                    throw new IllegalStateException("concerns nobody else");
                })
                .on("other", (arguments, ack) -> server.see("other"))
                .on("event", (arguments, ack) -> server.see("last"))
                .off("event", removed));
        RawSocketIoClient client = server.join().client();

        client.sendAll("2[\"unheard\"]", "2[\"event\"]", "2[\"other\"]");

        assertThat(List.of(server.next(), server.next(), server.next())).containsExactly("first", "last", "other");
    }

    @Test
    void neverRunsTwoListenersOfASocketAtOnce() throws InterruptedException {
        Server io = server.start();
        int[] running = {0};
        io.onConnection(socket -> socket.on("event", (arguments, ack) -> {
            server.see(++running[0]);
            Thread.onSpinWait();
            running[0]--;
        }));
        RawSocketIoClient client = server.join().client();

        client.sendAll(IntStream.range(0, 500).mapToObj(i -> "2[\"event\"]").toArray(String[]::new));

        for (int i = 0; i < 500; i++) {
            assertThat(server.next()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void dropsTheEventsBehindADisconnectByAListener(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> {
            socket.on("leave", (arguments, ack) -> {
                server.see("before");
                socket.disconnect();
                server.see("after");
            });
            socket.on("leave", (arguments, ack) -> server.see("second listener"));
            socket.on("event", (arguments, ack) -> server.see("event"));
            socket.onDisconnecting((reason, description) -> server.see("disconnecting"));
            socket.onDisconnect((reason, description) -> server.see("disconnect"));
        });
        RawSocketIoClient client = server.join().client();

        client.sendAll("2[\"leave\"]", "2[\"event\"]");

        assertThat(client.read()).isEqualTo("1");
        assertThat(List.of(server.next(), server.next(), server.next(), server.next(), server.next()))
                .containsExactly("before", "disconnecting", "disconnect", "after", "second listener");
        client.join("/");
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void keepsTheOrderOfWhatOneThreadSends(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        server.watch(io.sockets());
        RawSocketIoClient client = server.join().client();
        Socket socket = server.socket();

        for (int i = 0; i < 300; i += 3) {
            socket.emit("n", i);
            io.emit("n", i + 1);
            io.to(socket.id()).emit("n", i + 2);
        }

        for (int i = 0; i < 300; i++) {
            assertThat(client.read()).isEqualTo("2[\"n\"," + i + "]");
        }
    }

    @Test
    void sendsMessages() throws InterruptedException {
        Server io = server.start();
        server.watch(io.of("/custom"));
        RawSocketIoClient client = server.join("/custom").client();

        server.socket().send("hello", 1).write("again");

        assertThat(client.read()).isEqualTo("2/custom,[\"message\",\"hello\",1]");
        assertThat(client.read()).isEqualTo("2/custom,[\"message\",\"again\"]");
    }

    @Test
    void sendsMessagesToEverybody() {
        Server io = server.start();
        RawSocketIoClient client = server.join().client();

        io.send("hello", 1);
        io.write("again");
        io.sockets().write("and again");

        assertThat(client.read()).isEqualTo("2[\"message\",\"hello\",1]");
        assertThat(client.read()).isEqualTo("2[\"message\",\"again\"]");
        assertThat(client.read()).isEqualTo("2[\"message\",\"and again\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
    void refusesToSendReservedNames(String name) throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        RawSocketIoClient client = server.join().client();
        Socket socket = server.socket();

        assertThatThrownBy(() -> socket.emit(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> io.emit(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.emitWithAck(name)).isInstanceOf(IllegalArgumentException.class);
        socket.emit("fine");
        assertThat(client.read()).isEqualTo("2[\"fine\"]");
    }

    @Test
    void dropsWhatIsSentToASocketThatHasLeft() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        RawSocketIoClient client = server.join().client();
        Socket socket = server.socket();

        socket.disconnect();
        socket.emit("too late");

        assertThat(client.read()).isEqualTo("1");
        client.join("/");
        assertThat(client.isQuiet()).isTrue();
    }

    // Typed payloads

    record Chat(String room, int count, List<String> tags) {}

    @Test
    void readsAndWritesRecords() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.on("chat", Chat.class, (chat, ack) -> {
            server.see(chat);
            socket.emit("chat", chat);
        }));
        RawSocketIoClient client = server.join().client();

        client.send("2[\"chat\",{\"room\":\"a\",\"count\":3,\"tags\":[\"x\"]}]");

        assertThat(server.next()).isEqualTo(new Chat("a", 3, List.of("x")));
        assertThat(client.read()).isEqualTo("2[\"chat\",{\"room\":\"a\",\"count\":3,\"tags\":[\"x\"]}]");
    }

    @Test
    void readsAndWritesWithTheMapperOfTheApplication() {
        ObjectMapper mapper = JsonValues.mapper().setPropertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE);
        Server io = server.start(options -> options.mapper(mapper));
        io.onConnection(socket -> socket.on("chat", Chat.class, (chat, ack) -> ack.send(chat)));
        RawSocketIoClient client = server.join().client();

        client.send("27[\"chat\",{\"Room\":\"a\",\"Count\":3,\"Tags\":[\"x\"]}]");

        assertThat(client.read()).isEqualTo("37[{\"Room\":\"a\",\"Count\":3,\"Tags\":[\"x\"]}]");
    }

    @Test
    void callsListenersOnTheThreadsOfTheApplication() throws InterruptedException {
        Server io = server.start(options -> options.listenerExecutor(task -> new Thread(task, "application").start()));
        io.onConnection(socket -> server.see(Thread.currentThread().getName()));

        server.join();

        assertThat(server.next()).isEqualTo("application");
    }

    @Test
    void goesOnWhenTheExecutorOfTheApplicationHasEnded() throws InterruptedException {
        ExecutorService application = Executors.newSingleThreadExecutor();
        Server io = server.start(options -> options.listenerExecutor(application));
        io.onConnection(socket -> {
            socket.on("chat", (arguments, ack) -> server.see("chat"));
            socket.onDisconnect((reason, description) -> server.see(reason.text()));
            server.see("connection");
        });
        RawSocketIoClient client = server.join().client();
        assertThat(server.next()).isEqualTo("connection");

        application.shutdown();
        client.sendAll("2[\"chat\"]", "1");

        assertThat(List.of(server.next(), server.next())).containsExactly("chat", "client namespace disconnect");
        assertThat(io.sockets().sockets()).isEmpty();
    }

    @Test
    void givesNullForNullAndForNothing() throws InterruptedException {
        Server io = server.start();
        io.onConnection(
                socket -> socket.on("chat", Chat.class, (chat, ack) -> server.see(chat == null ? "nothing" : chat)));
        RawSocketIoClient client = server.join().client();

        client.sendAll("2[\"chat\",null]", "2[\"chat\"]");

        assertThat(List.of(server.next(), server.next())).containsExactly("nothing", "nothing");
    }

    @Test
    void dropsWhatDoesNotFitWithoutCallingItAnErrorOfOurs() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> {
            socket.on("chat", Chat.class, (chat, ack) -> server.see("chat"));
            socket.on("chat", (arguments, ack) -> server.see("untyped"));
            socket.onError(error -> server.see("error"));
        });
        RawSocketIoClient client = server.join().client();
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));

        try {
            client.sendAll("2[\"chat\",\"a string\"]", "2[\"chat\",{\"count\":\"x\"}]");

            assertThat(List.of(server.next(), server.next(), server.next(), server.next()))
                    .containsExactly("error", "untyped", "error", "untyped");
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("ERROR");
    }

    private RawSocketIoClient startEcho(ListenerExecution execution) {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> socket.on("message", (arguments, ack) -> socket.emit("back", arguments.toArray())));
        return server.join().client();
    }

    @Test
    void deliversWhatAClientSentBeforeItLeftThoughListenersWereBusy() throws InterruptedException {
        Server io = server.start();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        io.of("/other").onConnection(socket -> socket.onDisconnect((reason, description) -> gone.countDown()));
        io.onConnection(socket -> socket.on("block", (arguments, ack) -> awaitLatch(busy))
                .on("save", (arguments, ack) -> server.see("saved"))
                .onDisconnect((reason, description) -> server.see(reason.text())));
        RawSocketIoClient client = server.client();
        client.join("/");
        client.join("/other");

        client.sendAll("2[\"block\"]", "2[\"save\"]", "1", "1/other,");
        awaitLatch(gone);
        busy.countDown();

        assertThat(server.next()).isEqualTo("saved");
        assertThat(server.next()).isEqualTo("client namespace disconnect");
    }

    /** More of them than there are event loops: some are on the one whose thread the listener has. */
    @Test
    void aListenerThatBlocksKeepsNobodyElseWaiting() {
        int others = 2 * Runtime.getRuntime().availableProcessors();
        CountDownLatch all = new CountDownLatch(others);
        Server io = server.start();
        io.onConnection(socket -> {
            socket.on("block", (arguments, ack) -> {
                socket.broadcast().emit("blocking");
                awaitLatch(all);
                ack.send("ok");
            });
            socket.on("go", (arguments, ack) -> all.countDown());
        });
        RawSocketIoClient blocked = server.join().client();
        List<RawSocketIoClient> clients =
                Stream.generate(() -> server.join().client()).limit(others).toList();

        blocked.send("20[\"block\"]");
        for (RawSocketIoClient client : clients) {
            assertThat(client.read()).isEqualTo("2[\"blocking\"]");
            client.send("2[\"go\"]");
        }

        assertThat(blocked.read()).isEqualTo("30[\"ok\"]");
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
