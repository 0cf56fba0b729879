package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.RecoveryOptions;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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

        RawSocketIoClient client =
                server.client().send("0{\"pid\":\"" + lost.privateId + "\",\"offset\":\"" + offset + "\"}");

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
        Client lost = connect("0");
        lose(lost);
        io.emit("missed");

        RawSocketIoClient client = server.client().send("0{\"pid\":\"" + lost.privateId + "\"}");

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(lost.id);
    }

    @Test
    void restoresASessionOnce() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        io.emit("seen");
        String offset = offset(lost.client.read());
        lose(lost);
        String comeBack = "0{\"pid\":\"" + lost.privateId + "\",\"offset\":\"" + offset + "\"}";

        Client winner = connect(comeBack);
        winner.client.send("1");
        assertThat(server.next()).isEqualTo("client namespace disconnect");
        Client loser = connect(comeBack);

        assertThat(winner.id).isEqualTo(lost.id);
        assertThat(loser.id).isNotEqualTo(lost.id);
    }

    @Test
    void aVolatileEventCarriesTheNewestOffset() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client client = connect("0");
        io.emit("kept");
        String offset = offset(client.client.read());

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
        io.emit("seen");
        String offset = offset(left.client.read());
        left.client.send("1");
        assertThat(server.next()).isEqualTo("client namespace disconnect");

        Client back = connect("0{\"pid\":\"" + left.privateId + "\",\"offset\":\"" + offset + "\"}");

        assertThat(back.id).isNotEqualTo(left.id);
    }

    @Test
    void aClientThatIsBackBeforeItsLossWasSeenTakesItsOwnPlace() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client old = connect("0");
        io.emit("seen");
        String offset = offset(old.client.read());

        Client back = connect("0{\"pid\":\"" + old.privateId + "\",\"offset\":\"" + offset + "\"}");

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
        Client lost = connect("0");
        lose(lost);
        io.emit("missed");

        RawSocketIoClient client = server.client().send("0{\"pid\":\"" + lost.privateId + "\"}");

        assertThat(client.read()).isEqualTo("4{\"message\":\"no longer\"}");
        assertThat(client.isQuiet()).isTrue();
    }

    private Server start(RecoveryOptions recovery) {
        Server io = server.start(options -> options.connectionStateRecovery(recovery));
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
