package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.redis.RedisServer;
import io.duet.wire.RawSocketIoClient;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server of the README, as it stands there. */
final class ReadmeIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String FIXTURES = System.getProperty("duet.fixtures.jar");

    /** Nothing of the program's own keeps it alive. */
    @ParameterizedTest(name = "without native transport: {0}")
    @ValueSource(booleans = {true, false})
    void servesUntilItIsToldToEnd(boolean noNative, @TempDir Path directory) throws Exception {
        int port = RedisServer.freePort();
        compile(directory, sample().replace("port(3000)", "port(" + port + ")"));
        ProcessOutput output = ProcessOutput.start(new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Dio.netty.transport.noNative=" + noNative,
                "-cp",
                FIXTURES + File.pathSeparator + directory,
                "Program"));
        Process process = output.process();
        try {
            assertThat(output.await("main has returned"::equals, LIMIT)).isPresent();

            try (RawSocketIoClient client = RawSocketIoClient.open(port)) {
                client.send("0{\"token\":\"secret\"}");
                assertThat(client.read()).startsWith("0{\"sid\":");
                client.send("20[\"chat\",{\"text\":\"hello\"}]");
                assertThat(client.read()).isEqualTo("30[\"ok\"]");
            }
            process.toHandle().destroy();
            assertThat(process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The first block of Java. */
    private static String sample() throws Exception {
        String readme =
                Files.readString(Path.of(System.getProperty("duet.demo.dir")).resolveSibling("README.md"));
        int begin = readme.indexOf("```java\n") + "```java\n".length();
        return readme.substring(begin, readme.indexOf("```\n", begin));
    }

    private static void compile(Path directory, String body) throws Exception {
        Path source = Files.writeString(
                directory.resolve("Program.java"),
                """
                import io.duet.socketio.*;

                final class Program {
                    public static void main(String[] arguments) {
                %s
                        System.out.println("main has returned");
                    }
                }
                """
                        .formatted(body));
        int failures = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", FIXTURES, "-d", directory.toString(), source.toString());
        assertThat(failures).isZero();
    }
}
