package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.Adapter;
import io.duet.adapter.EventPacket;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.SessionState;
import io.duet.wire.RawSocketIoClient;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connection state recovery on one node. */
final class RecoveryIT {
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

    @Test
    void recoversFromItsConnectionAClientThatHasSeenNoPacketYet() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = lost();
        io.emit("missed");

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
    void aVolatileEventCarriesTheNewestOffset() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client client = connect("0");
        String offset = see(io, client);

        Socket socket = server.socket();
        // Its client may have read a packet a moment before the server knows that it is written.
        await().atMost(Duration.ofSeconds(5)).until(() -> socket.conn().queuedBytes() == 0);
        socket.asVolatile().emit("volatile", "text");

        assertThat(client.client.read()).isEqualTo("2[\"volatile\",\"text\",\"" + offset + "\"]");
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

        RawSocketIoClient client = server.client().send(comeBack(lost));

        assertThat(client.read()).isEqualTo("4{\"message\":\"no longer\"}");
        assertThat(client.isQuiet()).isTrue();
    }

    @Test
    void sendsBinaryThatWasMissed() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = lost();
        io.emit("file", new byte[] {1, 2, 3});

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
    void aSessionExpires() throws InterruptedException {
        start(new RecoveryOptions(Duration.ofNanos(1), true, 100));
        Client lost = lost();

        Client back = connect(comeBack(lost));

        assertThat(back.id).isNotEqualTo(lost.id);
        assertThat(back.privateId).isNotEqualTo(lost.privateId);
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
        RawSocketIoClient first = server.client().send(comeBack(lost));
        Middleware.Next firstMayEnter = (Middleware.Next) server.next();
        RawSocketIoClient second = server.client().send(comeBack(lost));
        Middleware.Next secondMayEnter = (Middleware.Next) server.next();

        secondMayEnter.accept();
        firstMayEnter.accept();

        assertThat(first.read()).isEqualTo("0{\"sid\":\"" + lost.id + "\",\"pid\":\"" + lost.privateId + "\"}");
        assertThat(second.read()).doesNotContain(lost.id).doesNotContain(lost.privateId);
    }

    /** What is broadcast meanwhile is among the missed packets or not, as the adapter is quick or slow. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hearsOnceWhatIsBroadcastWhileItCatchesUp(boolean readBefore) throws InterruptedException {
        CompletableFuture<Void> released = new CompletableFuture<>();
        Server io = start(options -> options.connectionStateRecovery(RecoveryOptions.DEFAULT)
                .adapter((namespace, sockets) -> slowToReplay(new InMemoryAdapter(sockets), readBefore, released)));
        Client lost = lost();
        io.emit("missed");
        RawSocketIoClient client = server.client().send(comeBack(lost));
        assertThat(server.next()).isEqualTo("catching up");

        io.emit("meanwhile");
        released.complete(null);

        assertThat(client.read()).startsWith("2[\"missed\",");
        if (readBefore) {
            assertThat(client.read()).contains(lost.id);
            assertThat(client.read()).startsWith("2[\"meanwhile\",");
        } else {
            assertThat(client.read()).startsWith("2[\"meanwhile\",");
            assertThat(client.read()).contains(lost.id);
        }
        io.emit("after");
        assertThat(client.read()).startsWith("2[\"after\",");
    }

    /** An adapter whose missed packets are there once {@code released}; read when they are asked for, or when they are there. */
    private Adapter slowToReplay(Adapter adapter, boolean readBefore, CompletableFuture<Void> released) {
        return (Adapter) Proxy.newProxyInstance(
                Adapter.class.getClassLoader(), new Class<?>[] {Adapter.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("missedPackets")) {
                        return method.invoke(adapter, arguments);
                    }
                    SessionState session = (SessionState) arguments[0];
                    CompletionStage<List<EventPacket>> read = adapter.missedPackets(session);
                    server.see("catching up");
                    return released.thenCompose(done -> readBefore ? read : adapter.missedPackets(session));
                });
    }

    private Server start(RecoveryOptions recovery) {
        return start(options -> options.connectionStateRecovery(recovery));
    }

    private Server start(Consumer<ServerBuilder> change) {
        Server io = server.start(change);
        server.watch(io.sockets());
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason.text())));
        return io;
    }

    private Client connect(String packet) {
        RawSocketIoClient client = server.client().send(packet);
        Matcher answer = CONNECT.matcher(client.read());
        assertThat(answer.matches()).isTrue();
        return new Client(client, answer.group(1), answer.group(2));
    }

    /** A client that was connected and has lost its connection. */
    private Client lost() throws InterruptedException {
        Client client = connect("0");
        lose(client);
        return client;
    }

    /** Sends an event to a client, and returns the offset that came with it. */
    private static String see(Server io, Client client) {
        io.emit("seen");
        return offset(client.client.read());
    }

    private static String comeBack(Client lost, String offset) {
        return "0{\"pid\":\"" + lost.privateId + "\",\"offset\":\"" + offset + "\"}";
    }

    private static String comeBack(Client lost) {
        return "0{\"pid\":\"" + lost.privateId + "\"}";
    }

    /** Cuts the connection, and returns once the server knows. */
    private void lose(Client client) throws InterruptedException {
        client.client.close();
        assertThat(server.next()).isEqualTo("transport close");
    }

    private static String offset(String packet) {
        Matcher last = OFFSET.matcher(packet);
        assertThat(last.matches()).as(packet).isTrue();
        return last.group(1);
    }

    private record Client(RawSocketIoClient client, String id, String privateId) {}
}
