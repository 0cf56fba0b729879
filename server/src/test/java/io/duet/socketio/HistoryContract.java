package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.RecoveryOptions;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Histories of rooms on one node, whatever its adapter. */
abstract class HistoryContract {
    static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long PAUSE_NANOS = 500_000;
    private static final Pattern NUMBER = Pattern.compile("2\\[\"number\",(\\d+).*]");

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    /** Of the server of each test. */
    abstract AdapterFactory adapters();

    /** Returns when what was sent before is in its history. */
    abstract void settle(Server io);

    @Test
    void givesWhatWasLastInOrder() {
        Server io = start();
        numbers(io, 0, 5);

        assertThat(numbers(get(io.in("chat:1").history(3)))).containsExactly(2, 3, 4);
        assertThat(numbers(get(io.in("chat:1").history(100)))).containsExactly(0, 1, 2, 3, 4);
        assertThat(get(io.in("chat:2").history(100))).isEmpty();
    }

    @Test
    void pagesBackAndForth() {
        Server io = start();
        numbers(io, 0, 9);

        List<HistoryEntry> page = get(io.in("chat:1").history(3));
        assertThat(numbers(page)).containsExactly(6, 7, 8);
        List<HistoryEntry> before =
                get(io.in("chat:1").historyBefore(page.get(0).offset(), 4));
        assertThat(numbers(before)).containsExactly(2, 3, 4, 5);
        assertThat(numbers(get(io.in("chat:1").historyBefore(before.get(0).offset(), 4))))
                .containsExactly(0, 1);
        assertThat(numbers(get(io.in("chat:1").historySince(before.get(1).offset(), 2))))
                .containsExactly(4, 5);
        assertThat(get(io.in("chat:1").historySince(page.get(2).offset(), 2))).isEmpty();
    }

    @Test
    void keepsNoMoreThanItIsTold() {
        Server io = start(builder -> builder.history("few", 3, LIMIT).history("short", 100, Duration.ofMillis(200)));
        for (int i = 0; i < 10; i++) {
            io.to("few").emit("number", i);
            io.to("short").emit("number", i);
        }
        settle(io);

        assertThat(numbers(get(io.in("few").history(100)))).containsExactly(7, 8, 9);
        await().atMost(LIMIT).until(() -> get(io.in("short").history(100)).isEmpty());
    }

    @Test
    void keepsWhatIsForRoomsOnly() {
        Server io = start();
        io.emit("everybody");
        io.to("other").emit("other");
        io.to("chat:1").asVolatile().emit("volatile");
        io.to("chat:1").local().emit("local");
        io.to("chat:1").to("other").emit("kept", new byte[] {1, 2}, Map.of("a", 1));
        settle(io);

        List<HistoryEntry> kept = get(io.in("chat:1").history(100));
        assertThat(kept).hasSize(1);
        assertThat(kept.get(0).event()).isEqualTo("kept");
        assertThat(kept.get(0).arguments().get(0, byte[].class)).containsExactly(1, 2);
        assertThat(kept.get(0).arguments().get(1, JsonNode.class)).hasToString("{\"a\":1}");
    }

    @Test
    void whatChangesLaterDoesNotChangeThePast() {
        Server io = start();
        Map<String, Integer> said = new HashMap<>(Map.of("a", 1));
        io.to("chat:1").emit("said", said);
        said.put("a", 2);
        settle(io);

        assertThat(get(io.in("chat:1").history(1)).get(0).arguments().get(0, JsonNode.class))
                .hasToString("{\"a\":1}");
    }

    @Test
    void tellsWhatCannotBe() {
        Server io = start();

        assertThatIllegalArgumentException().isThrownBy(() -> io.in("a", "b").history(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> io.in("chat:1").history(0))
                .withMessageContaining("limit: 0");
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> get(io.in("other").history(1)))
                .withCauseInstanceOf(UnsupportedOperationException.class)
                .withMessageContaining("room other is not kept");
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> get(io.in("chat:1").historySince("bogus", 1)))
                .withCauseInstanceOf(IllegalArgumentException.class)
                .withMessageContaining("offset: bogus");
    }

    @Test
    void whoJoinsGetsThePastAndThenWhatComes() throws InterruptedException {
        Server io = start();
        numbers(io, 0, 5);
        ServerExtension.Joined joined = server.join();
        Socket socket = server.socket();
        io.to("chat:1").except(socket.id()).emit("number", 5);
        settle(io);

        get(socket.joinWithHistory("chat:1", 3));
        numbers(io, 6, 7);
        get(socket.joinWithHistory("chat:1", 3));
        io.to("chat:1").emit("end");

        assertThat(joined.client().read()).isEqualTo("2[\"number\",3]");
        assertThat(joined.client().read()).isEqualTo("2[\"number\",4]");
        assertThat(joined.client().read()).isEqualTo("2[\"number\",6]");
        assertThat(joined.client().read()).isEqualTo("2[\"end\"]");
    }

    @Test
    void joinsARoomWithoutAPastButFailsToTellIt() throws InterruptedException {
        Server io = start();
        ServerExtension.Joined joined = server.join();
        Socket socket = server.socket();

        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> get(socket.joinWithHistory("other", 3)))
                .withCauseInstanceOf(UnsupportedOperationException.class);

        io.to("other").emit("hello");
        assertThat(joined.client().read()).isEqualTo("2[\"hello\"]");
    }

    @Test
    void whoJoinsDuringAFlowMissesNothingAndGetsNothingTwice() throws InterruptedException {
        joinDuringAFlowOf(start());
    }

    /** At {@link #server}, whoever sends. */
    void joinDuringAFlowOf(Server sender) throws InterruptedException {
        AtomicBoolean flowing = new AtomicBoolean(true);
        Thread flow = new Thread(() -> {
            for (int i = 0; flowing.get(); i++) {
                sender.to("chat:1").emit("number", i);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            sender.to("chat:1").emit("end");
        });
        List<RawSocketIoClient> clients = new ArrayList<>();
        flow.start();
        try {
            for (int i = 0; i < 20; i++) {
                clients.add(server.join().client());
                get(server.socket().joinWithHistory("chat:1", 10));
            }
        } finally {
            flowing.set(false);
            flow.join();
        }

        for (RawSocketIoClient client : clients) {
            assertThat(gaplessNumbers(client)).isGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void aPastPacketIsNotWhereAClientGoesOnThatIsLostBehindIt() throws InterruptedException {
        Server io = start(builder -> builder.connectionStateRecovery(RecoveryOptions.DEFAULT));
        numbers(io, 0, 2);
        RawSocketIoClient client = server.client().send("0");
        String privateId = client.read().replaceAll(".*\"pid\":\"([^\"]+)\".*", "$1");
        Socket socket = server.socket();
        socket.emit("live");
        assertThat(client.read()).startsWith("2[\"live\",");
        get(socket.joinWithHistory("chat:1", 10));
        assertThat(client.read()).startsWith("2[\"number\",0,");
        String last = client.read();
        assertThat(last).startsWith("2[\"number\",1,");
        String offset = last.replaceAll(".*,\"([^\"]+)\"]", "$1");
        client.close();
        await().atMost(LIMIT).until(() -> !socket.connected());
        numbers(io, 2, 3);

        RawSocketIoClient back = server.client().send("0{\"pid\":\"" + privateId + "\",\"offset\":\"" + offset + "\"}");

        assertThat(back.read()).startsWith("2[\"number\",2,");
        assertThat(back.read()).contains(privateId);
    }

    /** How many come until {@code end}, each one more than that before. */
    private static int gaplessNumbers(RawSocketIoClient client) {
        int count = 0;
        int previous = -1;
        for (String packet = client.read(); !packet.startsWith("2[\"end\""); packet = client.read()) {
            int next = number(packet);
            assertThat(count == 0 ? next - 1 : previous).isEqualTo(next - 1);
            previous = next;
            count++;
        }
        return count;
    }

    static int number(String packet) {
        Matcher number = NUMBER.matcher(packet);
        assertThat(number.matches()).as(packet).isTrue();
        return Integer.parseInt(number.group(1));
    }

    Server start() {
        return start(builder -> {});
    }

    Server start(Consumer<ServerBuilder> change) {
        Server io = server.start(
                change.andThen(builder -> builder.adapter(adapters()).history("chat:*", 100, Duration.ofMinutes(1))));
        server.watch(io.sockets());
        return io;
    }

    void numbers(Server io, int from, int to) {
        for (int i = from; i < to; i++) {
            io.to("chat:1").emit("number", i);
        }
        settle(io);
    }

    static List<Integer> numbers(List<HistoryEntry> entries) {
        return entries.stream()
                .map(entry -> entry.arguments().get(0, Integer.class))
                .toList();
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
