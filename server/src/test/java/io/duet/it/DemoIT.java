package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.redis.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runnable server as people meet it: its page in a real browser, its terminal client, its jar alone. */
final class DemoIT {
    private static final Duration LIMIT = Duration.ofSeconds(75);

    private static final String COUNTED = "socket.io-request#/#";

    private static FixtureProcess server;

    @BeforeAll
    static void startServer() throws Exception {
        server = FixtureProcess.server("--recovery", "2m").start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @ParameterizedTest(name = "{0}, transport {1}")
    @CsvSource({"test/e2e.mjs, both", "test/cli-e2e.mjs, both", "test/cli-e2e.mjs, polling"})
    void peopleChat(String script, String transport) throws Exception {
        chat(script, transport);
    }

    @Test
    @Tag("long")
    void peopleChatWithBrowsersThatPoll() throws Exception {
        chat("test/e2e.mjs", "polling");
    }

    private static void chat(String script, String transport) throws Exception {
        try (NodeScript people =
                NodeScript.demo(script, "--url", server.url(), "--transport", transport, "--recovers")) {
            people.assertPasses(LIMIT);
        }
    }

    @Test
    void everybodyCanUseThePage() throws Exception {
        try (NodeScript page = NodeScript.demo("test/page-e2e.mjs", "--url", server.url())) {
            page.assertPasses(LIMIT);
        }
    }

    /** Of three; the third has nobody. */
    @Test
    void peopleOnTwoNodesChat() throws Exception {
        try (RedisServer redis = RedisServer.start();
                FixtureProcess first =
                        FixtureProcess.server("--redis", redis.uri()).start();
                FixtureProcess second = FixtureProcess.server("--redis", redis.uri(), "--node-name", "second")
                        .start();
                FixtureProcess third =
                        FixtureProcess.server("--redis", redis.uri()).start()) {
            Awaitility.await("all are counted").atMost(LIMIT).until(() -> List.of(COUNTED, 3L)
                    .equals(redis.call("PUBSUB", "NUMSUB", COUNTED)));

            try (NodeScript people = NodeScript.demo("test/e2e.mjs", "--url", first.url(), "--url2", second.url())) {
                people.assertPasses(LIMIT);
            }
            assertThat(third.get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void jarAloneServesThePageAndEndsInTime(@TempDir Path folder) throws Exception {
        Path jar = Path.of(System.getProperty("duet.server.jar"));
        Files.copy(jar, folder.resolve(jar.getFileName()));

        try (FixtureProcess alone = FixtureProcess.server().in(folder).start()) {
            HttpResponse<String> page = alone.get("/");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
            assertThat(page.body()).startsWith("<!doctype html>").contains("app.js");
            assertThat(alone.terminate()).isLessThan(Duration.ofSeconds(5));
            assertThat(alone.exitCode()).as("ended by SIGTERM").isEqualTo(128 + 15);
        }
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(folder.resolve(jar.getFileName()));
        }
    }
}
