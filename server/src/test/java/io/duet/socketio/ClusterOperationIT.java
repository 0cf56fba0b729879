package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Acknowledgements of many, and what an operator makes its targets do, on a node that is alone. */
final class ClusterOperationIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    private final List<RawSocketIoClient> clients = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    // Acknowledgements

    @Test
    void collectsTheFirstValueOfEachAnswer() throws InterruptedException {
        Server io = start(3);

        CompletionStage<Arguments> answers = io.timeout(Duration.ofSeconds(30)).emitWithAck("question", 1);
        for (int i = 0; i < 3; i++) {
            assertThat(clients.get(i).read()).isEqualTo("20[\"question\",1]");
        }
        clients.get(1).send("30[\"one\",\"ignored\"]");
        clients.get(2).send("30[]");
        clients.get(0).send("30[{\"a\":1}]");

        assertThat(get(answers).toList()).hasSize(3).contains("one", (Object) null);
    }

    @Test
    void asksTheTargetsOnly() throws InterruptedException {
        Server io = start(2);
        sockets.get(1).join("room");

        CompletionStage<Arguments> answers =
                io.to("room").timeout(Duration.ofSeconds(30)).emitWithAck("question");
        clients.get(1).read();
        clients.get(1).send("30[1]");

        assertThat(get(answers).toList()).containsExactly(1);
        sockets.get(0).emit("end");
        assertThat(clients.get(0).read()).isEqualTo("2[\"end\"]");
    }

    @Test
    void takesOneAnswerOfEachClient() throws InterruptedException {
        Server io = start(2);

        CompletionStage<Arguments> answers = io.timeout(Duration.ofSeconds(30)).emitWithAck("question");
        clients.get(0).read();
        clients.get(0).send("30[\"a\"]").send("30[\"a again\"]");
        clients.get(0).send("2[\"echo\"]").read();
        boolean early = answers.toCompletableFuture().isDone();
        clients.get(1).read();
        clients.get(1).send("30[\"b\"]");

        assertThat(early).isFalse();
        assertThat(get(answers).toList()).containsExactly("a", "b");
    }

    @Test
    void failsWithTheAnswersSoFarWhenTheTimeIsOver() throws InterruptedException {
        Server io = start(2);

        CompletionStage<Arguments> answers = io.timeout(Duration.ofMillis(300)).emitWithAck("question");
        clients.get(0).read();
        clients.get(0).send("30[\"a\"]");

        assertThatThrownBy(() -> get(answers))
                .hasMessageContaining("operation has timed out")
                .cause()
                .isInstanceOfSatisfying(
                        AckTimeoutException.class,
                        timeout -> assertThat(timeout.answers().toList()).containsExactly("a"));
    }

    @Test
    void countsAClientThatGoesAsMissing() throws InterruptedException {
        Server io = start(2);

        CompletionStage<Arguments> answers = io.timeout(Duration.ofMillis(300)).emitWithAck("question");
        clients.get(0).read();
        clients.get(1).read();
        clients.get(1).close();
        clients.get(0).send("30[\"a\"]");

        assertThatThrownBy(() -> get(answers))
                .cause()
                .isInstanceOfSatisfying(
                        AckTimeoutException.class,
                        timeout -> assertThat(timeout.answers().toList()).containsExactly("a"));
    }

    @Test
    void hasNoAnswersAtOnceIfNobodyIsAsked() throws InterruptedException {
        Server io = start(1);

        CompletionStage<Arguments> answers =
                io.to("nobody").timeout(Duration.ofSeconds(30)).emitWithAck("question");

        assertThat(get(answers).toList()).isEmpty();
    }

    @Test
    void usesTheConfiguredTimeoutIfNoneIsGiven() throws InterruptedException {
        Server io = start(1, Duration.ofMillis(100));

        CompletionStage<Arguments> answers = io.emitWithAck("question");

        assertThatThrownBy(() -> get(answers))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AckTimeoutException.class);
    }

    @Test
    void collectsBinaryAnswers() throws InterruptedException {
        Server io = start(1);

        CompletionStage<Arguments> answers = io.timeout(Duration.ofSeconds(30)).emitWithAck("question", new byte[] {1});
        clients.get(0).read();
        clients.get(0).readBinary();
        clients.get(0).send("61-0[{\"_placeholder\":true,\"num\":0}]").sendBinary(5);

        assertThat(get(answers).get(0, byte[].class)).containsExactly(5);
    }

    // Sockets

    @Test
    void describesTheTargets() throws InterruptedException {
        Server io = start(2);
        sockets.get(1).join("room");
        sockets.get(1).data().put("user", "anna");

        List<RemoteSocket> all = get(io.fetchSockets());
        List<RemoteSocket> room = get(io.in("room").fetchSockets());
        List<RemoteSocket> nobody = get(io.in("nobody").fetchSockets());

        assertThat(all)
                .extracting(RemoteSocket::id)
                .containsExactlyInAnyOrder(sockets.get(0).id(), sockets.get(1).id());
        assertThat(nobody).isEmpty();
        assertThat(room).singleElement().satisfies(socket -> {
            assertThat(socket.id()).isEqualTo(sockets.get(1).id());
            assertThat(socket.rooms()).isEqualTo(Set.of("room", socket.id()));
            assertThat(socket.data()).hasToString("{\"user\":\"anna\"}");
            assertThat(socket.handshake().fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder(
                            "headers", "time", "address", "xdomain", "secure", "issued", "url", "query", "auth");
        });
    }

    @Test
    void actsOnASocketThatWasFetched() throws InterruptedException {
        Server io = start(2);
        RemoteSocket remote = get(io.in(sockets.get(0).id()).fetchSockets()).get(0);

        remote.join("room");
        io.to("room").emit("joined");
        remote.leave("room");
        io.to("room").emit("left");
        remote.emit("alone", 1);
        CompletionStage<Arguments> answer = remote.emitWithAck(Duration.ofSeconds(30), "question");

        assertThat(clients.get(0).read()).isEqualTo("2[\"joined\"]");
        assertThat(clients.get(0).read()).isEqualTo("2[\"alone\",1]");
        assertThat(clients.get(0).read()).isEqualTo("20[\"question\"]");
        clients.get(0).send("30[\"yes\"]");
        assertThat(get(answer).toList()).containsExactly("yes");
        remote.disconnect(false);
        assertThat(clients.get(0).read()).isEqualTo("1");
    }

    @Test
    void changesNothingThroughADescription() throws InterruptedException {
        Server io = start(1);
        sockets.get(0).data().put("user", "anna");
        RemoteSocket remote = get(io.fetchSockets()).get(0);

        sockets.get(0).data().put("user", "bert");

        assertThat(remote.data()).hasToString("{\"user\":\"anna\"}");
    }

    @Test
    void makesTheTargetsJoinAndLeave() throws InterruptedException {
        Server io = start(3);
        sockets.get(0).join("old");
        sockets.get(1).join("old");

        io.in("old").except(sockets.get(1).id()).socketsJoin("new", "newer");
        io.socketsLeave("old");
        io.to("new").to("old").emit("x");
        sockets.forEach(socket -> socket.emit("end"));

        assertThat(clients.get(0).read()).isEqualTo("2[\"x\"]");
        for (RawSocketIoClient client : clients) {
            assertThat(client.read()).isEqualTo("2[\"end\"]");
        }
        assertThat(sockets.get(0).rooms())
                .isEqualTo(Set.of("new", "newer", sockets.get(0).id()));
    }

    @Test
    void disconnectsTheTargets() throws InterruptedException {
        Server io = start(3);
        sockets.get(0).join("room");

        io.in("room").disconnectSockets(false);
        io.except(sockets.get(2).id(), "room").disconnectSockets(true);

        assertThat(clients.get(0).read()).isEqualTo("1");
        assertThat(clients.get(0).join("/")).as("the connection stays").isNotEmpty();
        assertThat(clients.get(1).read()).isEqualTo("1");
        assertThat(clients.get(1).readClose()).isEqualTo(1005);
        sockets.get(2).emit("alive");
        assertThat(clients.get(2).read()).isEqualTo("2[\"alive\"]");
    }

    @Test
    void isAloneInItsCluster() throws InterruptedException {
        Server io = start(1);
        io.sockets().onServerSide("event", (arguments, ack) -> server.see("heard myself"));

        io.serverSideEmit("event");

        assertThat(get(io.serverSideEmitWithAck("event")).answers()).isEmpty();
        assertThat(get(io.sockets().adapter().serverCount())).isEqualTo(1);
        assertThat(get(io.sockets().adapter().allRooms()))
                .containsExactly(sockets.get(0).id());
        assertThat(server.hasSeenNothing()).isTrue();
    }

    private Server start(int count) throws InterruptedException {
        return start(count, ServerOptions.DEFAULT_ACK_TIMEOUT);
    }

    private Server start(int count, Duration ackTimeout) throws InterruptedException {
        Server io = server.start(options -> options.ackTimeout(ackTimeout));
        server.watch(io.sockets());
        io.onConnection(socket -> socket.on("echo", (arguments, ack) -> socket.emit("echo")));
        for (int i = 0; i < count; i++) {
            clients.add(server.join().client());
            sockets.add(server.socket());
        }
        return io;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }
}
