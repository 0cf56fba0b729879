package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.AdapterFactory;
import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.redis.Emitter;
import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connection state recovery over the streams wire: on one node as without a cluster, and between two. */
final class StreamRecoveryIT extends RecoveryContract {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @RegisterExtension
    final ServerExtension other = new ServerExtension();

    private final RedisAdapterOptions.Builder options = RedisAdapterOptions.builder();
    private RedisServer store;
    private String uri;

    /** The server's user may do what the documentation asks for, and no more. */
    @BeforeEach
    void startRedis() {
        store = redis.single();
        uri = store.uriOfUser("&socket.io* +publish +subscribe +unsubscribe +pubsub|numsub +ping +role"
                + " ~socket.io* +xadd +xread +xrange +xrevrange"
                + " ~sio:session:* +eval +evalsha +script|load +get +set +xlen");
    }

    @Override
    AdapterFactory adapters() {
        return RedisAdapter.streams(uri, options.build());
    }

    /** What is in the stream behind all that, and has been read. */
    @Override
    void settle(Server io) {
        String mark = UUID.randomUUID().toString();
        io.to("nobody").emit(mark);
        await().atMost(LIMIT).until(() -> {
            List<?> last = (List<?>) store.call("XREVRANGE", "socket.io", "+", "-", "COUNT", "1");
            List<?> entry = (List<?>) last.get(0);
            return String.valueOf(entry.get(1)).contains(mark)
                    && io.sockets().adapter().position().equals(entry.get(0));
        });
    }

    @Test
    void aClientGoesOnAtAnotherNode() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Server there = startOther();
        Client lost = connect("0");
        Socket first = server.socket();
        get(first.join("news"));
        String offset = see(io, lost);
        lose(lost);
        there.to("news").emit("missed", 1);
        settle(there);
        io.to("others").emit("not mine", 2);
        io.emit("missed", 3);
        settle(io);

        RawSocketIoClient client = other.client().send(comeBack(lost, offset));

        assertThat(client.read()).startsWith("2[\"missed\",1,");
        assertThat(client.read()).startsWith("2[\"missed\",3,");
        assertThat(client.read()).contains(lost.id());
        assertThat(other.socket().rooms()).containsExactlyInAnyOrder(lost.id(), "news");
        io.to("news").emit("after");
        assertThat(client.read()).startsWith("2[\"after\",");
    }

    @Test
    void aClientOfANodeThatEndsGoesOnAtAnother() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Server there = startOther();
        Client sentAway = connect("0");
        get(server.socket().join("news"));
        String offset = see(io, sentAway);
        get(io.drain(Duration.ofMillis(100)));
        get(io.close());
        there.to("news").emit("missed");
        settle(there);

        RawSocketIoClient client = other.client().send(comeBack(sentAway, offset));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(sentAway.id());
    }

    /** As that of a node that was killed, or stands still: nobody says that the client is lost. */
    @Test
    void aClientGoesOnWhoseNodeHasNotLostIt() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        startOther();
        Client old = connect("0");
        Socket socket = server.socket();
        get(socket.join("news"));
        io.to("news").emit("missed");
        settle(io);

        RawSocketIoClient client = other.client().send(comeBack(old));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(old.id());
        assertThat(other.socket().rooms()).contains("news");
        // The old one finds out when it has something to say, and says it no more.
        socket.join("late");
        assertThat(server.next()).isEqualTo("transport error");
        client.close();
        await().atMost(LIMIT).until(() -> !session(old).isEmpty());
        assertThat(server.client().send(comeBack(old)).read()).startsWith("2[\"missed\",");
        assertThat(server.socket().rooms()).contains("news").doesNotContain("late");
    }

    @Test
    void whatAnEmitterHasSentMeanwhileIsMissedToo() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        get(server.socket().join("news"));
        String offset = see(io, lost);
        lose(lost);
        Emitter emitter = Emitter.streams(uri, options.build());
        emitter.to("news").emit("missed", 1);
        emitter.to("others").emit("not mine", 2);
        emitter.asVolatile().emit("too late", 3);
        emitter.emit("missed", new byte[] {4});
        get(emitter.close());

        RawSocketIoClient client = server.client().send(comeBack(lost, offset));

        assertThat(client.read()).startsWith("2[\"missed\",1,");
        assertThat(client.read()).startsWith("51-[\"missed\",{");
        assertThat(client.readBinary()).containsExactly(4);
        assertThat(client.read()).contains(lost.id());
    }

    @Test
    void dataIsKeptWithoutAWord() throws InterruptedException {
        start(RecoveryOptions.DEFAULT);
        startOther();
        Client old = connect("0");
        Socket socket = server.socket();
        get(socket.join("news"));
        String before = session(old);
        socket.data().put("name", "ann");
        await().atMost(LIMIT).until(() -> !session(old).equals(before));

        other.client().send(comeBack(old)).read();

        assertThat(other.socket().data()).containsEntry("name", "ann");
    }

    @Test
    void aClientThatHasLeftIsForgottenEverywhere() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        startOther();
        Client left = connect("0");
        String offset = see(io, left);
        left.client().send("1");
        assertThat(server.next()).isEqualTo("client namespace disconnect");
        await().atMost(LIMIT).until(() -> session(left).isEmpty());

        assertThat(other.client().send(comeBack(left, offset)).read()).doesNotContain(left.id());
    }

    /** The packet that it has seen last is not in the stream any more, but there was nothing for it behind that. */
    @Test
    void aClientForWhomThereWasNothingIsRecoveredHoweverLongAgoThatWas() throws InterruptedException {
        options.maxLen(10);
        Server io = start(RecoveryOptions.DEFAULT);
        Client quiet = connect("0");
        String offset = see(io, quiet);
        for (int i = 0; i < 500; i++) {
            io.to("others").emit("not mine", i);
        }
        settle(io);
        assertThat((List<?>) store.call("XRANGE", "socket.io", offset, offset)).isEmpty();
        lose(quiet);
        io.emit("missed");
        settle(io);

        RawSocketIoClient client = server.client().send(comeBack(quiet, offset));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(quiet.id());
    }

    @Test
    void aClientWhosePacketsWereCutOffStartsAnew() throws InterruptedException {
        options.maxLen(10);
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        String offset = see(io, lost);
        lose(lost);
        for (int i = 0; i < 500; i++) {
            io.emit("missed", i);
        }
        settle(io);

        assertThat(server.client().send(comeBack(lost, offset)).read()).doesNotContain(lost.id());
    }

    @Test
    void aClientThatComesBackWhileRedisIsAwayIsRecoveredWhenThatIsBack() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        String offset = see(io, lost);
        lose(lost);
        await().atMost(LIMIT).until(() -> !session(lost).isEmpty());
        store.freeze();

        RawSocketIoClient client = server.client().send(comeBack(lost, offset));
        // Longer than a question is waited for: what was asked then has taken the session when it is asked again.
        await().during(Duration.ofMillis(2500)).until(client::isQuiet);
        store.thaw();

        assertThat(client.read()).contains(lost.id());
    }

    /** What is local is in no stream. */
    @Test
    void whatIsLocalDoesNotDisturbTheOffset() throws InterruptedException {
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = connect("0");
        String offset = see(io, lost);
        io.local().emit("here", "text");
        assertThat(offset(lost.client().read())).isEqualTo(offset);
        lose(lost);
        io.local().emit("not kept");
        io.emit("missed");
        settle(io);

        RawSocketIoClient client = server.client().send(comeBack(lost, offset));

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(lost.id());
    }

    private Server startOther() {
        Server io = other.start(builder ->
                builder.connectionStateRecovery(RecoveryOptions.DEFAULT).adapter(adapters()));
        other.watch(io.sockets());
        await().atMost(LIMIT).until(() -> get(io.sockets().adapter().serverCount()) == 2);
        return io;
    }

    /** As it is in Redis; empty if there is none, or it was taken. */
    private String session(Client client) {
        Object value = store.call("GET", "sio:session:" + client.privateId());
        return value == null || value.toString().startsWith("wQ==") ? "" : value.toString();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
    }
}
