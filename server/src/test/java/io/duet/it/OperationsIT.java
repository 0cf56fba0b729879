package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.redis.RedisServer;
import io.duet.wire.RawHttp;
import io.duet.wire.RawSocketIoClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What an operator sees of the runnable server: health, metrics, logs, {@code top}. */
final class OperationsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern HEALTH = Pattern.compile("health and metrics: port (\\d+)");
    private static final Pattern METER = Pattern.compile("\\bduet_[a-z_]+");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Test
    void everyMeterIsInTheTableAndEveryMeterOfTheTableIsThere() throws Exception {
        try (RedisServer redis = RedisServer.start();
                FixtureProcess server =
                        FixtureProcess.server("--redis", redis.uri()).start()) {
            int health = healthPort(server);
            Awaitility.await("ready")
                    .atMost(LIMIT)
                    .until(() -> get(health, "/readyz").statusCode() == 200);
            HttpResponse<String> page = get(health, "/metrics");

            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(page.body()).contains("duet_ready 1.0\n").contains("jvm_memory_used_bytes{");
            assertThat(families(page.body())).isEqualTo(documented());
        }
    }

    @Test
    void aNodeIsNotReadyWithoutRedis() throws Exception {
        try (RedisServer redis = RedisServer.start();
                FixtureProcess server = FixtureProcess.server("--redis", redis.uri())
                        .allow("redis")
                        .start()) {
            int health = healthPort(server);
            Awaitility.await("ready")
                    .atMost(LIMIT)
                    .until(() -> get(health, "/readyz").statusCode() == 200);

            redis.kill();

            Awaitility.await("not ready").atMost(LIMIT).untilAsserted(() -> assertThat(get(health, "/readyz"))
                    .extracting(HttpResponse::statusCode, HttpResponse::body)
                    .containsExactly(503, "redis is away\n"));
            assertThat(get(health, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(health, "/metrics").body())
                    .contains("duet_ready 0.0\n")
                    .contains("duet_bus_connected 0.0\n");
        }
    }

    @Test
    void requestsOfSessionsElsewhereAreWarnedOfOnce() throws Exception {
        String secret = "of-another-node-0123";
        try (FixtureProcess server = FixtureProcess.server().start();
                RawHttp http = RawHttp.connect(server.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(http.get("/socket.io/?EIO=4&transport=polling&sid=" + secret)
                                .status())
                        .isEqualTo(400);
            }

            assertThat(server.terminate()).isPositive();
            assertThat(server.log())
                    .filteredOn(line -> line.contains("sticky sessions?"))
                    .singleElement()
                    .asString()
                    .contains("WARN");
            assertThat(server.log()).noneMatch(line -> line.contains(secret));
        }
    }

    @Test
    void logsAsItIsTold() throws Exception {
        try (FixtureProcess server = FixtureProcess.server(
                        "--log-format",
                        "json",
                        "--log-level",
                        "warn",
                        "--log",
                        "io.duet.app=info,io.duet.engineio=debug")
                .start()) {
            try (RawSocketIoClient client = RawSocketIoClient.open(server.port())) {
                client.join("/");
            }
            server.terminate();

            assertThat(server.log())
                    .allSatisfy(line ->
                            assertThat(line).startsWith("{\"time\":\"20").endsWith("\"}"));
            assertThat(server.log())
                    .anyMatch(line -> line.contains("\"level\":\"INFO\",\"logger\":\"io.duet.app.ServeCommand\""))
                    .anyMatch(line -> line.contains("\"level\":\"DEBUG\",\"logger\":\"io.duet.engineio."));
        }
    }

    @Test
    void topShowsTheNodesAtWork() throws Exception {
        try (FixtureProcess first = FixtureProcess.server().start();
                FixtureProcess second = FixtureProcess.server().start();
                RawSocketIoClient one = RawSocketIoClient.open(first.port());
                RawSocketIoClient other = RawSocketIoClient.open(second.port())) {
            one.join("/");
            other.join("/");
            String here = "localhost:" + healthPort(first);
            String there = "localhost:" + healthPort(second);

            List<String> view = top(0, here, there);
            assertThat(view).hasSize(4);
            assertThat(columns(view.get(0)))
                    .startsWith("node", "state", "sessions", "sockets", "rooms", "in/s", "out/s", "queued", "kB");
            assertThat(columns(view.get(1))).startsWith(here, "ready", "1", "1", "0", "0", "0");
            assertThat(columns(view.get(2))).startsWith(there, "ready", "1", "1", "0", "0", "0");
            assertThat(columns(view.get(3))).startsWith("all", "2", "2", "0", "0", "0");

            second.terminate();
            assertThat(columns(top(1, here, there).get(2))).containsExactly(there, "away");
        }
    }

    private static List<String> top(int exitCode, String... nodes) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("duet.server.jar"),
                "top",
                "--once",
                "--interval",
                "200ms"));
        for (String node : nodes) {
            line.add("http://" + node);
        }
        ProcessOutput top = ProcessOutput.start(new ProcessBuilder(line));
        top.awaitEnd(LIMIT);
        assertThat(top.process().waitFor()).as(String.join("\n", top.lines())).isEqualTo(exitCode);
        return top.lines();
    }

    private static List<String> columns(String row) {
        return List.of(row.strip().split(" +"));
    }

    private static int healthPort(FixtureProcess server) {
        return server.log().stream()
                .map(HEALTH::matcher)
                .filter(Matcher::find)
                .map(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(LIMIT)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Histograms and the gauges of their greatest values are two families of one meter. */
    private static Set<String> families(String page) {
        return page.lines()
                .filter(line -> line.startsWith("# TYPE duet_"))
                .map(line -> line.split(" ")[2].replaceFirst("_seconds_max$", "_seconds"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The first cells of the tables, where a row may have more than one; and what the last paragraph adds. */
    private static Set<String> documented() throws IOException {
        Set<String> names = new TreeSet<>(Set.of("duet_ready"));
        for (String line : Files.readAllLines(Path.of("docs", "operations.md"))) {
            if (line.startsWith("| `duet_")) {
                METER.matcher(line.split("\\|")[1]).results().forEach(found -> names.add(found.group()));
            }
        }
        return names;
    }
}
