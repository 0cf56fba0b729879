package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.app.bench.BenchNamespace;
import io.duet.redis.RedisExtension;
import io.duet.socketio.Server;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The load generator against servers that do well, and others. */
final class BenchCommandIT {
    private static final Pattern LATENCY =
            Pattern.compile("latency: p50 ([\\d.]+) ms, p99 ([\\d.]+) ms, p99\\.9 ([\\d.]+) ms, max ([\\d.]+) ms");

    @RegisterExtension
    private final RedisExtension running = new RedisExtension();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void allMessagesAreCounted(String transport) {
        String url = serve(BenchNamespace::serve);

        assertThat(bench(url, "--transport", transport, "--connections", "23", "--rooms", "5", "--rate", "100"))
                .as(out + "" + err)
                .isZero();

        // 22 messages to each of the rooms, of which 3 have 5 members and 2 have 4.
        assertThat(out.toString())
                .contains("connected: 23 in 5 rooms")
                .containsPattern("\n  1 s: sent \\d+/s, received \\d+/s, under way \\d+, p99 [\\d.]+ ms\n")
                .contains("sent 110 messages in 1.")
                .contains("received 506 of 506 (")
                .contains("lost 0, repeated 0")
                .doesNotContain("connections lost");
        Matcher latency = LATENCY.matcher(out.toString());
        assertThat(latency.find()).isTrue();
        assertThat(Double.parseDouble(latency.group(1))).isPositive();
        assertThat(Double.parseDouble(latency.group(4))).isGreaterThanOrEqualTo(Double.parseDouble(latency.group(3)));
    }

    @Test
    void lostAndRepeatedMessagesAreFound() {
        AtomicInteger count = new AtomicInteger();
        String url = serve(io -> io.of("/bench").onConnection(socket -> socket.on(
                        "join", String.class, (room, ack) -> socket.join(room).thenRun(ack::send))
                .on("send", (arguments, ack) -> {
                    int times = count.incrementAndGet() % 11;
                    for (int i = 0; i < (times == 0 ? 0 : times == 1 ? 2 : 1); i++) {
                        io.of("/bench").to(arguments.json(0).asText()).emit("message", arguments.json(1));
                    }
                })));

        assertThat(bench(url, "--connections", "2", "--rooms", "1", "--rate", "100"))
                .isOne();

        assertThat(out.toString()).contains("received 200 of 220 (").contains("lost 20, repeated 20");
    }

    @Test
    void lostConnectionsAreFound() {
        String url = serve(io -> {
            BenchNamespace.serve(io);
            io.of("/bench").onConnection(socket -> socket.on("send", (arguments, ack) -> socket.disconnect(true)));
        });

        assertThat(bench(url, "--connections", "3", "--rooms", "3", "--rate", "10"))
                .isOne();

        assertThat(out.toString()).contains("connections lost: 3 (");
    }

    @Test
    void aServerThatDoesNotServeItIsNamed() {
        String url = serve(io -> {});

        assertThat(bench(url)).isOne();
        assertThat(err.toString()).contains("namespace /bench: {\"message\":\"Invalid namespace\"}");
        assertThat(bench("http://127.0.0.1:1")).isOne();
        assertThat(err.toString()).contains("http://127.0.0.1:1/socket.io/: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "localhost:3000                   | URL: localhost:3000 (expected: http://host:port or https://host:port)",
                "http://h --rooms 200             | rooms: 200 (expected: no more than connections)",
                "http://h --rate 0                | rate: 0 (expected: >= 1)",
                "http://h --duration 5            | '5' (expected: a time such as 500ms, 25s, 2m or 1h)",
                "http://h --duration 0s           | duration: PT0S (expected: more than 0, at most 24h)",
                "http://h --transport pigeon      | expected one of [WEBSOCKET, POLLING]",
                "http://h --auth {                | auth: { (expected: JSON)",
                "http://h --namespace bench       | namespace: bench (expected: /...)",
            })
    void whatIsWrongIsNamed(String arguments, String message) {
        assertThat(run(("bench " + arguments).split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message).contains("Try 'duet bench --help'");
    }

    @Test
    void theHelpFitsOneScreen() {
        assertThat(run("bench", "--help")).isZero();
        assertThat(out.toString().lines()).hasSizeBetween(10, 50).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(110));
    }

    private String serve(Consumer<Server> listeners) {
        Server io = Server.builder().host("127.0.0.1").port(0).build();
        running.closing(() -> io.close().toCompletableFuture().join());
        listeners.accept(io);
        io.start();
        return "http://127.0.0.1:" + io.port();
    }

    private int bench(String url, String... options) {
        String[] line = new String[options.length + 4];
        line[0] = "bench";
        line[1] = url;
        line[2] = "--duration";
        line[3] = "1100ms";
        System.arraycopy(options, 0, line, 4, options.length);
        return run(line);
    }

    private int run(String... arguments) {
        CommandLine commandLine =
                new CommandLine(new Main()).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return Main.run(commandLine, InputStream.nullInputStream(), Map.of(), arguments);
    }
}
