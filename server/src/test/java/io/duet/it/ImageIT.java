package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What can be shown of the image without building it: its JRE runs the server, and its health check tells whether that works. */
@Tag("long")
final class ImageIT {
    private static final long LIMIT_SECONDS = 60;

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void itsJreRunsTheServerAndItsHealthCheckTellsSo(@TempDir Path folder) throws Exception {
        String dockerfile = Files.readString(Path.of("deploy/Dockerfile"));
        String modules = found("--add-modules (\\S+)", dockerfile);
        Path jre = folder.resolve("jre");
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        String healthPort = Integer.toString(RedisServer.freePort());

        assertThat(run(List.of(jlink.toString(), "--add-modules", modules, "--output", jre.toString()), healthPort))
                .isZero();
        List<String> check = List.of(
                new ObjectMapper().readValue(found("HEALTHCHECK [^\\[]*CMD (\\[.*])\n", dockerfile), String[].class));
        assertThat(run(check, healthPort)).as("health before it is started").isNotZero();
        try (FixtureProcess server = FixtureProcess.server(
                        "--health-port", healthPort, "--redis", redis.single().uri())
                .java(jre.resolve("bin/java"))
                .start()) {
            assertThat(run(check, healthPort)).as("health").isZero();
            assertThat(server.get("/").statusCode()).isEqualTo(200);
            server.terminate();
            assertThat(run(check, healthPort)).as("health behind its end").isNotZero();
        }
    }

    private static int run(List<String> command, String healthPort) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("DUET_HEALTH_PORT", healthPort);
        Process process = builder.start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static String found(String regex, String text) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        assertThat(matcher.find()).as(regex).isTrue();
        return matcher.group(1);
    }
}
