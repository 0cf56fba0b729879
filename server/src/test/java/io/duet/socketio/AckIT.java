package io.duet.socketio;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Acknowledgements between a client and its socket, both ways. */
final class AckIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    private @Nullable RawSocketIoClient joined;

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void answersWithAllValues(ListenerExecution execution) {
        Server io = server.start(options -> options.listenerExecution(execution));
        io.onConnection(socket -> socket.on("ask", (arguments, ack) -> ack.send(arguments.toArray())));
        RawSocketIoClient client = server.join().client();

        assertThat(client.send("2456[\"ask\",1,\"2\",{\"3\":[false]}]").read())
                .isEqualTo("3456[1,\"2\",{\"3\":[false]}]");
        assertThat(client.send("20[\"ask\"]").read()).isEqualTo("30[]");
    }

    @Test
    void answersWithBinary() {
        Server io = server.start();
        io.onConnection(socket -> socket.on("ask", (arguments, ack) -> ack.send(arguments.toArray())));
        RawSocketIoClient client = server.join()
                .client()
                .send("52-789[\"ask\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]")
                .sendBinary(1, 2, 3)
                .sendBinary(4, 5, 6);

        assertThat(client.read())
                .isEqualTo("62-789[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
        assertThat(client.readBinary()).containsExactly(1, 2, 3);
        assertThat(client.readBinary()).containsExactly(4, 5, 6);
    }

    @Test
    void answersInTheNamespaceOfTheQuestion() {
        Server io = server.start();
        io.of("/custom").onConnection(socket -> socket.on("ask", (arguments, ack) -> ack.send("here")));

        RawSocketIoClient client = server.join("/custom").client().send("2/custom,7[\"ask\"]");

        assertThat(client.read()).isEqualTo("3/custom,7[\"here\"]");
    }

    @Test
    void answersOnceOnly() {
        Server io = server.start();
        io.onConnection(socket -> socket.on("ask", (arguments, ack) -> {
            ack.send("first");
            ack.send("second");
            socket.emit("done");
        }));
        RawSocketIoClient client = server.join().client().send("21[\"ask\"]");

        assertThat(client.read()).isEqualTo("31[\"first\"]");
        assertThat(client.read()).isEqualTo("2[\"done\"]");
    }

    @Test
    void answersLaterFromAnotherThread() {
        Server io = server.start();
        CompletableFuture<Ack> asked = new CompletableFuture<>();
        io.onConnection(socket -> socket.on("ask", (arguments, ack) -> asked.complete(ack)));
        RawSocketIoClient client = server.join().client().send("21[\"ask\"]");

        asked.join().send("late");

        assertThat(client.read()).isEqualTo("31[\"late\"]");
    }

    @Test
    void answersNothingIfNobodyAsked() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.on("ask", (arguments, ack) -> {
            server.see(ack.isRequested());
            ack.send("unasked");
            socket.emit("done");
        }));
        RawSocketIoClient client = server.join().client().send("2[\"ask\"]");

        assertThat(client.read()).isEqualTo("2[\"done\"]");
        assertThat(server.next()).isEqualTo(false);
    }

    @Test
    void answersNothingAfterDisconnection() {
        Server io = server.start();
        io.onConnection(socket -> socket.on("ask", (arguments, ack) -> {
            socket.disconnect();
            ack.send("too late");
        }));
        RawSocketIoClient client = server.join().client().send("21[\"ask\"]");

        assertThat(client.read()).isEqualTo("1");
        assertThat(client.join("/")).as("nothing between").isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(ListenerExecution.class)
    void asksAClient(ListenerExecution execution) throws InterruptedException {
        Socket socket = start(execution);
        RawSocketIoClient client = joined();

        CompletionStage<Arguments> answer = socket.emitWithAck("question", "a", 1);

        assertThat(client.read()).isEqualTo("20[\"question\",\"a\",1]");
        client.send("30[\"yes\",2,null]");
        assertThat(get(answer).toList()).containsExactly("yes", 2, null);
    }

    @Test
    void takesAnswersWithoutValuesAndWithBinary() throws InterruptedException {
        Socket socket = start(ListenerExecution.WORKERS);
        RawSocketIoClient client = joined();
        CompletionStage<Arguments> empty = socket.emitWithAck("question");
        CompletionStage<Arguments> binary = socket.emitWithAck("question", new byte[] {7});

        assertThat(client.read()).isEqualTo("20[\"question\"]");
        assertThat(client.read()).isEqualTo("51-1[\"question\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(client.readBinary()).containsExactly(7);
        client.send("61-1[{\"_placeholder\":true,\"num\":0}]").sendBinary(8).send("30[]");

        assertThat(get(binary).get(0, byte[].class)).containsExactly(8);
        assertThat(get(empty).size()).isZero();
    }

    @Test
    void countsIdsForTheWholeNamespace() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        RawSocketIoClient first = server.join().client();
        Socket firstSocket = server.socket();
        RawSocketIoClient second = server.join().client();
        Socket secondSocket = server.socket();

        firstSocket.emitWithAck("question");
        secondSocket.emitWithAck("question");

        assertThat(first.read()).isEqualTo("20[\"question\"]");
        assertThat(second.read()).isEqualTo("21[\"question\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"31[\"unknown\"]", "3[\"no id\"]", "3999999999999999[1]"})
    void ignoresAnswersThatNobodyWaitsFor(String unknown) throws InterruptedException {
        Socket socket = start(ListenerExecution.WORKERS);
        RawSocketIoClient client = joined();
        CompletionStage<Arguments> answer = socket.emitWithAck("question");
        client.read();

        client.send(unknown).send("30[\"right\"]").send("30[\"again\"]");

        assertThat(get(answer).toList()).containsExactly("right");
        socket.emit("alive");
        assertThat(client.read()).isEqualTo("2[\"alive\"]");
    }

    @Test
    void takesNoAnswerOfAnotherClient() throws InterruptedException {
        Socket socket = start(ListenerExecution.WORKERS);
        RawSocketIoClient client = joined();
        RawSocketIoClient other = server.join().client();
        CompletionStage<Arguments> answer = socket.emitWithAck("question");
        client.read();

        other.send("30[\"forged\"]").send("2[\"echo\"]");
        assertThat(other.read()).as("the forged one is past").isEqualTo("2[\"echo\"]");
        client.send("30[\"right\"]");

        assertThat(get(answer).toList()).containsExactly("right");
    }

    @Test
    void failsWhenTheTimeIsOverAndIgnoresWhatComesLater() throws InterruptedException {
        Socket socket = start(ListenerExecution.WORKERS);
        RawSocketIoClient client = joined();
        long start = System.nanoTime();

        CompletionStage<Arguments> answer =
                socket.timeout(Duration.ofMillis(100)).emitWithAck("question");

        assertThatThrownBy(() -> get(answer))
                .hasCauseInstanceOf(AckTimeoutException.class)
                .hasMessageContaining("operation has timed out");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        client.read();
        client.send("30[\"late\"]");
        socket.emit("alive");
        assertThat(client.read()).isEqualTo("2[\"alive\"]");
    }

    @Test
    void succeedsWithinTheTime() throws InterruptedException {
        Socket socket = start(ListenerExecution.WORKERS);
        RawSocketIoClient client = joined();

        CompletionStage<Arguments> answer =
                socket.timeout(Duration.ofSeconds(30)).emitWithAck("question");
        client.read();
        client.send("30[1]");

        assertThat(get(answer).toList()).containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failsWhenTheClientGoes(boolean timed) throws InterruptedException {
        Socket socket = start(ListenerExecution.WORKERS);
        RawSocketIoClient client = joined();
        CompletionStage<Arguments> answer =
                timed ? socket.timeout(Duration.ofSeconds(30)).emitWithAck("question") : socket.emitWithAck("question");
        client.read();

        client.close();

        assertThatThrownBy(() -> get(answer)).hasCauseInstanceOf(AckTimeoutException.class);
    }

    @Test
    void failsAtOnceIfTheClientIsGone() throws InterruptedException {
        Socket socket = start(ListenerExecution.WORKERS);
        socket.disconnect();

        CompletionStage<Arguments> answer = socket.emitWithAck("question");

        assertThatThrownBy(() -> get(answer)).isInstanceOf(CompletionException.class);
    }

    private RawSocketIoClient joined() {
        return requireNonNull(joined, "start first");
    }

    private Socket start(ListenerExecution execution) throws InterruptedException {
        Server io = server.start(options -> options.listenerExecution(execution));
        server.watch(io.sockets());
        io.onConnection(socket -> socket.on("echo", (arguments, ack) -> socket.emit("echo")));
        joined = server.join().client();
        return server.socket();
    }

    private static Arguments get(CompletionStage<Arguments> answer) {
        return answer.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }
}
