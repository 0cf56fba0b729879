package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.duet.adapter.Adapter;
import io.duet.adapter.InMemoryAdapter;
import io.duet.engineio.CloseReason;
import io.duet.engineio.EngineListener;
import io.duet.engineio.EngineSession;
import io.duet.engineio.SessionListener;
import io.duet.wire.RawHttp;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.WebSocketFrame;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Start and end of servers. */
final class ServerCloseIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void tellsEverySocketWhy(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        for (String name : List.of("/", "/one")) {
            io.of(name)
                    .onConnection(socket -> socket.onDisconnect((reason, description) ->
                            server.see(socket.namespace().name() + " " + reason + " " + socket.rooms())));
        }
        RawSocketIoClient client = server.client();
        client.join("/");
        client.join("/one");

        close(io);

        assertThat(List.of(server.next(), server.next()))
                .containsExactlyInAnyOrder("/ server shutting down []", "/one server shutting down []");
    }

    @Test
    void closesConnectionsWithoutDisconnectPackets() throws InterruptedException {
        Server io = server.start();
        RawSocketIoClient webSocket = server.join().client();
        RawSocketIoClient inNoNamespace = server.client();
        RawPolling polling = server.polling();
        polling.post("40");
        polling.poll();
        polling.sendPoll();
        polling.polls().isQuiet();

        close(io);

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(inNoNamespace.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(polling.readPoll()).hasToString("200 1");
        assertThat(polling.polls().isClosedByServer()).isTrue();
    }

    @Test
    void drainsBeforeItIsClosed() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> {
            socket.onDisconnect((reason, description) -> server.see(reason.text()));
            server.see("connection");
        });
        List<RawSocketIoClient> clients = List.of(
                server.join().client(), server.join().client(), server.join().client());
        for (RawSocketIoClient client : clients) {
            assertThat(server.next()).isEqualTo("connection");
        }
        io.emit("last words");

        long start = System.nanoTime();
        CompletionStage<Void> drained = io.drain(Duration.ofMillis(300));
        RawHttp late = server.closing(RawHttp.connect(io.port()));
        assertThat(late.get(ServerExtension.POLLING).status()).isEqualTo(503);
        for (RawSocketIoClient client : clients) {
            assertThat(client.read()).isEqualTo("2[\"last words\"]");
            assertThat(client.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
            assertThat(server.next()).isEqualTo("server shutting down");
        }
        drained.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(io.engine().clientsCount()).isZero();
    }

    @Test
    void isDownWhenItIsDone() {
        Server io = server.start();
        server.join();
        int port = io.port();

        close(io);

        assertThatThrownBy(() -> RawHttp.connect(port)).isInstanceOf(UncheckedIOException.class);
        assertThat(io.engine().clientsCount()).isZero();
    }

    @Test
    void mayBeClosedAgain() {
        Server io = server.start();

        CompletionStage<Void> first = io.close();
        CompletionStage<Void> second = io.close();

        assertThat(first.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(5));
        assertThat(second.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(5));
        close(io);
    }

    @Test
    void mayBeClosedByAListener() throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(ListenerExecution.EVENT_LOOP));
        io.onConnection(
                socket -> socket.on("close", (arguments, ack) -> io.close().thenRun(() -> server.see("closed"))));

        server.join().client().send("2[\"close\"]");

        assertThat(server.next()).isEqualTo("closed");
    }

    @Test
    void closesWhenTheLastSessionEndsAfterTheCallHasReturned() {
        Server io = server.start(options -> options.listenerExecution(ListenerExecution.EVENT_LOOP));
        CompletableFuture<Void> mayEnd = new CompletableFuture<>();
        io.onConnection(socket -> socket.onDisconnecting(
                (reason, description) -> mayEnd.orTimeout(5, TimeUnit.SECONDS).join()));
        server.join();

        CompletionStage<Void> closing = io.close();
        mayEnd.complete(null);

        assertThat(closing.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void waitsForTheListenersThatItCausesToRun(ListenerExecution execution) throws InterruptedException {
        Server io = start(execution);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        io.onConnection(socket -> {
            socket.onDisconnect((reason, description) -> server.see(isDoneWithin(closed)));
            server.see("connection");
        });
        server.join();
        assertThat(server.next()).isEqualTo("connection");

        assertClosedLater(io, closed);
    }

    @Test
    void waitsForListenersOfSocketsThatHaveLeft() throws InterruptedException {
        Server io = start(ListenerExecution.WORKERS);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> {
            server.see("disconnect");
            server.see(isDoneWithin(closed));
        }));
        server.join().client().send("1");
        assertThat(server.next()).isEqualTo("disconnect");

        assertClosedLater(io, closed);
    }

    @Test
    void waitsForMiddlewares() throws InterruptedException {
        Server io = start(ListenerExecution.WORKERS);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        io.use((socket, next) -> {
            server.see("middleware");
            server.see(isDoneWithin(closed));
        });
        server.client().send("0");
        assertThat(server.next()).isEqualTo("middleware");

        assertClosedLater(io, closed);
    }

    @Test
    void stopsListeningAlsoIfAnAdapterAndASessionCannotBeClosed() throws InterruptedException {
        IllegalStateException fault = new IllegalStateException("out of order");
        Server io = server.start(options -> options.adapter((name, sockets) -> {
            Adapter adapter = InMemoryAdapter.factory().create(name, sockets);
            return (Adapter) Proxy.newProxyInstance(
                    Adapter.class.getClassLoader(), new Class<?>[] {Adapter.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            throw fault;
                        }
                        return method.invoke(adapter, arguments);
                    });
        }));
        io.engine().addListener(new EngineListener() {
            @Override
            public void connection(EngineSession session) {
                session.addListener(new SessionListener() {
                    @Override
                    public void close(CloseReason reason, String description) {
                        throw fault;
                    }
                });
            }
        });
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason.text())));
        server.join();
        int port = io.port();

        CompletableFuture<Void> closing = io.close().toCompletableFuture();

        assertThat(closing)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .havingCause()
                .satisfies(all -> assertThat(all.getSuppressed()).contains(fault));
        assertThat(server.next()).isEqualTo("server shutting down");
        assertThatThrownBy(() -> RawHttp.connect(port)).isInstanceOf(UncheckedIOException.class);
        server.closed();
    }

    @Test
    void mayBeClosedWithoutEverBeingStarted() {
        Server io = Server.builder().build();

        close(io);

        assertThatThrownBy(io::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesThePortToTheNextServer() {
        Server first = server.start();
        server.join();
        int port = first.port();
        close(first);

        Server second = server.start(options -> options.port(port));

        assertThat(second.port()).isEqualTo(port);
        assertThat(server.join().id()).isNotEmpty();
    }

    @Test
    void failsIfThePortIsTaken() {
        Server first = server.start();
        Server second = Server.builder().host("127.0.0.1").port(first.port()).build();

        try {
            assertThatThrownBy(second::start).isInstanceOf(UncheckedIOException.class);
        } finally {
            close(second);
        }
        assertThat(server.join().id()).as("the first one is not touched").isNotEmpty();
    }

    @Test
    void startsOnce() {
        Server io = server.start();

        assertThatThrownBy(io::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void sharesNothingWithAnotherServerInTheProcess() throws InterruptedException {
        Server other = Server.builder().host("127.0.0.1").build();
        try {
            other.onConnection(socket -> server.see("other"));
            other.start();
            Server io = server.start();
            RawSocketIoClient here = server.join().client();
            RawSocketIoClient there = server.closing(RawSocketIoClient.open(other.port()));
            there.join("/");

            io.emit("here");
            other.emit("there");
            close(io);

            assertThat(other.port()).isPositive();
            assertThat(here.read()).isEqualTo("2[\"here\"]");
            assertThat(there.read()).isEqualTo("2[\"there\"]");
            other.emit("still there");
            assertThat(there.read()).isEqualTo("2[\"still there\"]");
            assertThat(server.next()).isEqualTo("other");
        } finally {
            close(other);
        }
    }

    /** @param closed completed once the server is, which what still runs has not seen */
    private void assertClosedLater(Server io, CompletableFuture<Void> closed) throws InterruptedException {
        io.close().thenRun(() -> closed.complete(null));
        closed.orTimeout(5, TimeUnit.SECONDS).join();

        assertThat(server.next()).isEqualTo("closed later");
    }

    /** With threads for which event loops do not wait when they end. */
    private Server start(ListenerExecution execution) {
        return server.start(options ->
                options.listenerExecution(execution).listenerExecutor(task -> new Thread(task, "application").start()));
    }

    private static String isDoneWithin(CompletableFuture<Void> closed) {
        try {
            closed.get(300, TimeUnit.MILLISECONDS);
            return "closed before";
        } catch (TimeoutException e) {
            return "closed later";
        } catch (InterruptedException | ExecutionException e) {
            return e.toString();
        }
    }

    private static void close(Server io) {
        io.close().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
