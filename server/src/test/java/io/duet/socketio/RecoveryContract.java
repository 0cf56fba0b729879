package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.AdapterFactory;
import io.duet.adapter.RecoveryOptions;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connection state recovery on one node, whatever its adapter. */
abstract class RecoveryContract {
    private static final Pattern CONNECT = Pattern.compile("0\\{\"sid\":\"([^\"]+)\",\"pid\":\"([^\"]+)\"}");
    private static final Pattern OFFSET = Pattern.compile(".*,\"([^\"]+)\"]");

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void givesIdRoomsDataAndMissedPacketsBack() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        Socket first = server.socket();
        first.join("news");
        first.data().put("name", "ann");
        io.emit("seen", 1);
        String offset = offset(lost.client.read());
        lose(lost);
        io.to("news").emit("missed", 2);
        io.to("others").emit("not mine", 3);
        io.except("news").emit("not mine", 4);
        io.asVolatile().emit("volatile", 5);
        io.emit("missed", 6);
        settle(io);
        RawSocketIoClient client = server.client().send(comeBack(lost, offset));

        assertThat(client.read()).startsWith("2[\"missed\",2,");
        assertThat(client.read()).startsWith("2[\"missed\",6,");
        assertThat(client.read()).isEqualTo("0{\"sid\":\"" + lost.id + "\",\"pid\":\"" + lost.privateId + "\"}");
        Socket second = server.socket();
        assertThat(second.recovered()).isTrue();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.rooms()).containsExactlyInAnyOrder(first.id(), "news");
        assertThat(second.data()).containsEntry("name", "ann");
    }

    /** No mapper can write a thread. */
    @Test
    void dataThatCannotBeWrittenIsLeftOut() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        Socket first = server.socket();
        String offset = see(io, lost);
        first.data().put("worker", Thread.currentThread());
        first.data().put("name", "ann");
        lose(lost);

        Client back = connect(comeBack(lost, offset));

        assertThat(back.id).isEqualTo(lost.id);
        assertThat(server.socket().data()).containsOnly(Map.entry("name", "ann"));
    }

    @Test
    void recoversFromItsConnectionAClientThatHasSeenNoPacketYet() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = lost();
        io.emit("missed");
        settle(io);
        RawSocketIoClient client = server.client().send(comeBack(lost));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(lost.id);
    }

    @Test
    void restoresASessionOnce() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        String offset = see(io, lost);
        lose(lost);
        String again = comeBack(lost, offset);

        Client winner = connect(again);
        winner.client.send("1");
        assertThat(server.next()).isEqualTo("client namespace disconnect");
        Client loser = connect(again);

        assertThat(winner.id).isEqualTo(lost.id);
        assertThat(loser.id).isNotEqualTo(lost.id);
    }

    @Test
    void whatIsSentWhileListenersHearOfTheLossIsMissed() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        String offset = see(io, lost);
        server.socket().onDisconnecting((reason, description) -> {
            io.emit("missed");
            settle(io);
        });
        lose(lost);

        RawSocketIoClient client = server.client().send(comeBack(lost, offset));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(lost.id);
    }

    @Test
    void aVolatileEventDoesNotDisturbTheOffset() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        see(io, lost);
        Socket socket = server.socket();
        // Its client may have read a packet a moment before the server knows that it is written.
        await().atMost(Duration.ofSeconds(5)).until(() -> socket.conn().queuedBytes() == 0);
        socket.asVolatile().emit("volatile", "text");
        String offset = offset(lost.client.read());
        lose(lost);
        io.emit("missed");
        settle(io);

        RawSocketIoClient client = server.client().send(comeBack(lost, offset));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(lost.id);
    }

    @Test
    void aClientThatLeftByItselfIsNotKept() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client left = connect("0");
        String offset = see(io, left);
        left.client.send("1");
        assertThat(server.next()).isEqualTo("client namespace disconnect");

        Client back = connect(comeBack(left, offset));

        assertThat(back.id).isNotEqualTo(left.id);
    }

    @Test
    void aClientThatIsBackBeforeItsLossWasSeenTakesItsOwnPlace() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client old = connect("0");
        String offset = see(io, old);

        Client back = connect(comeBack(old, offset));

        assertThat(back.id).isEqualTo(old.id);
        assertThat(server.next()).isEqualTo("transport error");
    }

    @Test
    void middlewaresMayRefuseARecoveredSocketBeforeItSeesAnything() throws InterruptedException {
        Server io = start(new RecoveryOptions(Duration.ofMinutes(1), false, 100));
        io.use((socket, next) -> {
            if (socket.handshake().auth().has("pid")) {
                next.refuse("no longer");
            } else {
                next.accept();
            }
        });
        Client lost = lost();
        io.emit("missed");
        settle(io);
        RawSocketIoClient client = server.client().send(comeBack(lost));

        assertThat(client.read()).isEqualTo("4{\"message\":\"no longer\"}");
        assertThat(client.isQuiet()).isTrue();
    }

    @Test
    void sendsBinaryThatWasMissed() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = lost();
        io.emit("file", new byte[] {1, 2, 3});
        settle(io);
        RawSocketIoClient client = server.client().send(comeBack(lost));

        assertThat(client.read()).startsWith("51-[\"file\",{\"_placeholder\":true,\"num\":0},");
        assertThat(client.readBinary()).containsExactly(1, 2, 3);
        assertThat(client.read()).contains(lost.id);
    }

    @Test
    void keepsNothingThatAsksForAnAcknowledgement() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = lost();
        io.emitWithAck("asked")
                .toCompletableFuture()
                .orTimeout(5, TimeUnit.SECONDS)
                .join();
        io.emit("missed");
        settle(io);
        RawSocketIoClient client = server.client().send(comeBack(lost));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(lost.id);
    }

    @Test
    void leavesTheMiddlewaresOutByDefault() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        AtomicInteger asked = new AtomicInteger();
        io.use((socket, next) -> {
            asked.incrementAndGet();
            next.accept();
        });
        Client lost = lost();

        Client back = connect(comeBack(lost));

        assertThat(back.id).isEqualTo(lost.id);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aSecretThatWasNeverGivenOutBringsNothingBack() throws InterruptedException {
        start(RecoveryOptions.DEFAULT);

        Client client = connect("0{\"pid\":\"bogus\",\"offset\":\"bogus\"}");

        assertThat(client.privateId).isNotEqualTo("bogus");
        assertThat(server.socket().recovered()).isFalse();
    }

    @Test
    void aClientThatIsLostAgainBeforeItWasAcceptedMayComeBackOnceMore() throws InterruptedException {
        Server io = start(new RecoveryOptions(Duration.ofMinutes(1), false, 100));
        io.use((socket, next) -> {
            server.see(socket);
            next.accept();
        });
        CompletableFuture<Void> opened = new CompletableFuture<>();
        io.use((socket, next) -> {
            if (socket.handshake().auth().has("pid")) {
                opened.thenRun(next::accept);
            } else {
                next.accept();
            }
        });
        Client lost = connect("0");
        server.next();
        lose(lost);
        RawSocketIoClient unlucky = server.client().send(comeBack(lost));
        Socket pending = (Socket) server.next();
        unlucky.close();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> pending.life().ended().toCompletableFuture().isDone());
        opened.complete(null);

        assertThat(connect(comeBack(lost)).id).isEqualTo(lost.id);
    }

    @Test
    void ofTwoThatComeBackTogetherOneIsRecovered() throws InterruptedException {
        Server io = start(new RecoveryOptions(Duration.ofMinutes(1), false, 100));
        io.use((socket, next) -> {
            if (socket.handshake().auth().has("pid")) {
                server.see(next);
            } else {
                next.accept();
            }
        });
        Client lost = lost();
        settle(io);
        RawSocketIoClient first = server.client().send(comeBack(lost));
        Middleware.Next firstMayEnter = (Middleware.Next) server.next();
        RawSocketIoClient second = server.client().send(comeBack(lost));
        Middleware.Next secondMayEnter = (Middleware.Next) server.next();

        secondMayEnter.accept();
        firstMayEnter.accept();

        assertThat(first.read()).isEqualTo("0{\"sid\":\"" + lost.id + "\",\"pid\":\"" + lost.privateId + "\"}");
        assertThat(second.read()).doesNotContain(lost.id).doesNotContain(lost.privateId);
    }

    /** Of the server of each test. */
    abstract AdapterFactory adapters();

    /** Returns when what was sent before may be missed. */
    abstract void settle(Server io);

    Server start(RecoveryOptions recovery) {
        return start(options -> options.connectionStateRecovery(recovery));
    }

    Server start(Consumer<ServerBuilder> change) {
        Server io = server.start(change.andThen(options -> options.adapter(adapters())));
        server.watch(io.sockets());
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason.text())));
        return io;
    }

    Client connect(String packet) {
        RawSocketIoClient client = server.client().send(packet);
        Matcher answer = CONNECT.matcher(client.read());
        assertThat(answer.matches()).isTrue();
        return new Client(client, answer.group(1), answer.group(2));
    }

    /** A client that was connected and has lost its connection. */
    Client lost() throws InterruptedException {
        Client client = connect("0");
        lose(client);
        return client;
    }

    /** Sends an event to a client, and returns the offset that came with it. */
    static String see(Server io, Client client) {
        io.emit("seen");
        return offset(client.client.read());
    }

    static String comeBack(Client lost, String offset) {
        return "0{\"pid\":\"" + lost.privateId + "\",\"offset\":\"" + offset + "\"}";
    }

    static String comeBack(Client lost) {
        return "0{\"pid\":\"" + lost.privateId + "\"}";
    }

    /** Cuts the connection, and returns once the server knows. */
    void lose(Client client) throws InterruptedException {
        client.client.close();
        assertThat(server.next()).isEqualTo("transport close");
    }

    static String offset(String packet) {
        Matcher last = OFFSET.matcher(packet);
        assertThat(last.matches()).as(packet).isTrue();
        return last.group(1);
    }

    record Client(RawSocketIoClient client, String id, String privateId) {}
}
