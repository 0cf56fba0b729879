package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runnable server as people meet it: its page in a real browser, its terminal client, its jar alone. */
final class DemoIT {
    private static final Duration LIMIT = Duration.ofSeconds(75);

    private static FixtureProcess server;

    @BeforeAll
    static void startServer() throws Exception {
        server = FixtureProcess.server().start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @ParameterizedTest(name = "{0}, transport {1}")
    @CsvSource({"test/e2e.mjs, both", "test/e2e.mjs, polling", "test/cli-e2e.mjs, both", "test/cli-e2e.mjs, polling"})
    void peopleChat(String script, String transport) throws Exception {
        try (NodeScript people = NodeScript.demo(script, "--url", server.url(), "--transport", transport)) {
            people.assertPasses(LIMIT);
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
