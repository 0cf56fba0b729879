package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawSocketIoClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Catch-all listeners, event middlewares, error events. */
final class SocketEventsIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void catchAllListenersHearEveryEventBeforeItsOwn() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.on("a", (arguments, ack) -> server.see("own"))
                .onAny((event, arguments, ack) -> server.see("second " + event + arguments.toList()))
                .prependAny((event, arguments, ack) -> server.see("first " + ack.isRequested())));

        server.join().client().send("21[\"a\",7]");

        assertThat(server.next()).isEqualTo("first true");
        assertThat(server.next()).isEqualTo("second a[7]");
        assertThat(server.next()).isEqualTo("own");
    }

    @Test
    void catchAllListenersCanBeTakenBack() throws InterruptedException {
        Server io = server.start();
        AnyEventListener listener = (event, arguments, ack) -> server.see("any");
        io.onConnection(socket -> {
            socket.onAny(listener).onAny(listener).offAny(listener);
            server.see(socket.listenersAny().size());
            server.see(socket.offAny().listenersAny().size());
        });

        server.join();

        assertThat(server.next()).isEqualTo(1);
        assertThat(server.next()).isEqualTo(0);
    }

    @Test
    void outgoingListenersHearEmitsAndBroadcasts() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.onAnyOutgoing((event, arguments) -> server.see(event + arguments.toList())));
        server.watch(io.sockets());
        RawSocketIoClient client = server.join().client();
        Socket socket = server.socket();

        socket.emit("direct", 1);
        io.emit("broadcast", "x");

        assertThat(server.next()).isEqualTo("direct[1]");
        assertThat(server.next()).isEqualTo("broadcast[x]");
        assertThat(client.read()).isEqualTo("2[\"direct\",1]");
        assertThat(client.read()).isEqualTo("2[\"broadcast\",\"x\"]");
        assertThat(socket.offAnyOutgoing().listenersAnyOutgoing()).isEmpty();
    }

    @Test
    void outgoingListenersCanBePutInFrontAndTakenBack() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        server.join();
        Socket socket = server.socket();
        OutgoingListener gone = (event, arguments) -> server.see("gone");
        socket.onAnyOutgoing((event, arguments) -> server.see("second"))
                .prependAnyOutgoing((event, arguments) -> server.see("first"))
                .prependAnyOutgoing(gone)
                .offAnyOutgoing(gone);

        socket.emit("x");

        assertThat(server.next()).isEqualTo("first");
        assertThat(server.next()).isEqualTo("second");
        assertThat(socket.listenersAnyOutgoing()).hasSize(2);
    }

    @Test
    void allListenersOfEventsCanBeRemovedAtOnce() {
        Server io = server.start();
        io.onConnection(socket -> socket.on("a", (arguments, ack) -> ack.send("a"))
                .on("b", (arguments, ack) -> ack.send("b"))
                .removeAllListeners()
                .on("c", (arguments, ack) -> ack.send("c")));
        RawSocketIoClient client = server.join().client();

        client.sendAll("21[\"a\"]", "22[\"b\"]", "23[\"c\"]");

        assertThat(client.read()).isEqualTo("33[\"c\"]");
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void anEventWaitsForTheOneBeforeWhichAMiddlewareHolds(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        CompletableFuture<EventMiddleware.Next> held = new CompletableFuture<>();
        io.onConnection(socket -> socket.use((event, arguments, next) -> {
                    if (event.equals("slow")) {
                        held.complete(next);
                    } else {
                        next.accept();
                    }
                })
                .on("slow", (arguments, ack) -> server.see("slow"))
                .on("fast", (arguments, ack) -> server.see("fast")));

        server.join().client().sendAll("2[\"slow\"]", "2[\"fast\"]");
        EventMiddleware.Next next = held.orTimeout(5, TimeUnit.SECONDS).join();
        assertThat(server.hasSeenNothing()).isTrue();
        next.accept();

        assertThat(server.next()).isEqualTo("slow");
        assertThat(server.next()).isEqualTo("fast");
    }

    @Test
    void aMiddlewareMayChangeAnEvent() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.use((event, arguments, next) -> next.accept("b", "changed"))
                .on("b", (arguments, ack) -> ack.send(arguments.toArray())));

        assertThat(server.join().client().send("25[\"a\",1]").read()).isEqualTo("35[\"changed\"]");
    }

    @Test
    void aRefusedEventIsDroppedAndTheConnectionStays() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.use((event, arguments, next) -> {
                    if (event.equals("bad")) {
                        next.refuse(new SocketError("not this", 42));
                    } else {
                        next.accept();
                    }
                })
                .on("bad", (arguments, ack) -> server.see("delivered"))
                .on("good", (arguments, ack) -> ack.send("ok"))
                .onError(error -> server.see(error.getMessage() + error.data().orElse(""))));
        RawSocketIoClient client = server.join().client();

        client.sendAll("21[\"bad\"]", "22[\"good\"]");

        assertThat(server.next()).isEqualTo("not this42");
        assertThat(client.read()).isEqualTo("32[\"ok\"]");
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @Test
    void aMalformedPacketIsAnErrorEvent() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.onError(error -> server.see("error"))
                .onDisconnect((reason, description) -> server.see(reason.text())));

        server.join().client().send("2[\"connect\"]");

        assertThat(server.next()).isEqualTo("error");
        assertThat(server.next()).isEqualTo("forced close");
    }

    @Test
    void onceHearsOneEvent() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.once("a", (arguments, ack) -> server.see("once"))
                .on("b", (arguments, ack) -> server.see(socket.listeners("a").size())));

        server.join().client().sendAll("2[\"a\"]", "2[\"a\"]", "2[\"b\"]");

        assertThat(server.next()).isEqualTo("once");
        assertThat(server.next()).isEqualTo(0);
    }
}
