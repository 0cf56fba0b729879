package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.socketio.Server;
import io.duet.wire.RawSocketIoClient;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Events sent from a script to the clients of a real server. */
final class EmitCommandIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension
    private final RedisExtension running = new RedisExtension();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"classic", "sharded", "streams"})
    void clientsOfTheRoomsGetTheEvent(String adapter) {
        RedisServer redis = running.single();
        int port = serve(redis, adapter, "/", "cluster");
        RawSocketIoClient lobby = client(port, "/", "lobby");
        RawSocketIoClient attic = client(port, "/", "attic");
        RawSocketIoClient both = client(port, "/", "attic", "muted");
        String[] there = {"--redis", redis.uri(), "--redis-key", "cluster", "--adapter", adapter};

        emit(
                "",
                there,
                "--room",
                "lobby",
                "--room",
                "attic",
                "--except",
                "muted",
                "news",
                "\"h\u00e9\"",
                "{\"a\":[1]}",
                "-2");
        emit("", there, "last");

        assertThat(lobby.read()).isEqualTo("2[\"news\",\"h\u00e9\",{\"a\":[1]},-2]");
        assertThat(attic.read()).isEqualTo("2[\"news\",\"h\u00e9\",{\"a\":[1]},-2]");
        assertThat(List.of(lobby, attic, both))
                .extracting(RawSocketIoClient::read)
                .containsOnly("2[\"last\"]");
    }

    @Test
    void eachValueOfStandardInputIsAnEvent() {
        RedisServer redis = running.single();
        int port = serve(redis, "classic", "/prices", RedisAdapterOptions.DEFAULT_KEY);
        RawSocketIoClient client = client(port, "/prices");
        String[] there = {"--redis", redis.uri(), "--namespace", "/prices"};

        emit("1 {\"a\":\n2}\n\"x\"\n", there, "price", "-");
        assertThat(List.of(client.read(), client.read(), client.read()))
                .containsExactly(
                        "2/prices,[\"price\",1]", "2/prices,[\"price\",{\"a\":2}]", "2/prices,[\"price\",\"x\"]");

        assertThat(run("3 {oops", "emit", "--redis", redis.uri(), "--namespace", "/prices", "price", "-"))
                .isOne();
        assertThat(client.read()).isEqualTo("2/prices,[\"price\",3]");
        assertThat(err.toString()).contains("standard input: ").contains("(expected: JSON; sent before it: 1)");
    }

    /** In another mode than that of the servers it is published where nobody listens. */
    @Test
    void theModeOfShardedServersCanBeSaid() {
        RedisServer redis = running.single();
        int port = serve(redis, "sharded", "/", "cluster");
        String room = "twenty-characters-20";
        RawSocketIoClient client = client(port, "/", room);
        String[] there = {"--redis", redis.uri(), "--redis-key", "cluster", "--adapter", "sharded", "--room", room};

        emit("", there, "--redis-subscription-mode", "dynamic_private", "lost");
        emit("", there, "heard");

        assertThat(client.read()).isEqualTo("2[\"heard\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "sharded", "streams"})
    void whatRedisDoesNotTakeIsSaid(String adapter) {
        RedisServer redis = running.single();
        String uri = redis.uri();
        redis.kill();

        assertThat(run("", "emit", "--redis", uri, "--adapter", adapter, "--redis-max-publish-wait", "300ms", "news"))
                .isOne();
        assertThat(err.toString()).contains("redis: did not take 1 event in time");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "news                                  | redis: missing (expected: --redis redis://host:port, or DUET_REDIS)",
                "--redis localhost news                | redis: localhost (expected: redis://host:port",
                "--redis redis://h:1 news hello        | 'hello' (expected: JSON such as 42,",
                "--redis redis://h:1 news 1 -          | '-' (expected: JSON such as 42,",
                "--redis redis://h:1 news 1}           | '1}' (expected: JSON such as 42,",
                "--redis redis://h:1 disconnect        | event: disconnect (expected: a name that is not reserved)",
                "--redis redis://h:1                   | Missing required parameter: 'EVENT'",
                "--redis redis://h:1 --adapter a news | expected one of [CLASSIC, SHARDED, STREAMS]",
                "--redis redis://h:1 --rom lobby news  | Unknown option: '--rom'",
            })
    void whatIsWrongIsNamed(String arguments, String message) {
        assertThat(run("", ("emit " + arguments).split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message).contains("Try 'duet emit --help'");
    }

    @Test
    void theHelpFitsOneScreen() {
        assertThat(run("", "emit", "--help")).isZero();
        assertThat(out.toString().lines()).hasSizeBetween(10, 50).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(110));
    }

    /** A server whose clients join the rooms that they name. */
    private int serve(RedisServer redis, String adapter, String namespace, String key) {
        RedisAdapterOptions options = RedisAdapterOptions.builder().key(key).build();
        RedisAdapter cluster = adapter(redis.uri(), adapter, options);
        Server io = Server.builder().port(0).adapter(cluster).build();
        running.closing(() -> io.close().toCompletableFuture().join());
        io.of(namespace)
                .onConnection(socket -> socket.on(
                        "join", String.class, (room, ack) -> socket.join(room).thenRun(ack::send)));
        io.start();
        Awaitility.await("the server hears others")
                .atMost(LIMIT)
                .until(() -> cluster.isReady()
                        && io.of(namespace)
                                        .adapter()
                                        .serverCount()
                                        .toCompletableFuture()
                                        .join()
                                == 1);
        return io.port();
    }

    private static RedisAdapter adapter(String uri, String name, RedisAdapterOptions options) {
        return switch (name) {
            case "classic" -> RedisAdapter.classic(uri, options);
            case "sharded" -> RedisAdapter.sharded(uri, options);
            default -> RedisAdapter.streams(uri, options);
        };
    }

    private RawSocketIoClient client(int port, String namespace, String... rooms) {
        RawSocketIoClient client = running.closing(RawSocketIoClient.open(port));
        client.join(namespace);
        for (String room : rooms) {
            client.send("20[\"join\",\"" + room + "\"]");
            assertThat(client.read()).isEqualTo("30[]");
        }
        return client;
    }

    private void emit(String input, String[] there, String... arguments) {
        List<String> line = new ArrayList<>(List.of("emit"));
        line.addAll(List.of(there));
        line.addAll(List.of(arguments));

        assertThat(run(input, line.toArray(String[]::new))).as(err.toString()).isZero();
        assertThat(out.toString()).isEmpty();
    }

    private int run(String input, String... arguments) {
        CommandLine commandLine =
                new CommandLine(new Main()).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return Main.run(commandLine, in, Map.of(), arguments);
    }
}
