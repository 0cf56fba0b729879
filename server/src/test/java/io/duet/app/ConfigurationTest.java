package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the command line makes of flags, environment and file. */
final class ConfigurationTest {
    private static final int OK = 0;
    private static final int WRONG = 2;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("duet.yaml");
    }

    @Test
    void flagsGoBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        write("port: 1\npath: /file\nping-interval: 11s\n");
        Map<String, String> environment =
                Map.of("DUET_CONFIG", file.toString(), "DUET_PORT", "2", "DUET_PATH", "/environment", "HOME", "x");

        assertThat(run(environment, "serve", "--print-config", "--port", "3")).isEqualTo(OK);
        assertThat(out.toString().lines()).contains("port: 3", "path: '/environment'", "ping-interval: 'PT11S'");
    }

    @Test
    void whatIsPrintedIsAFileThatSaysTheSame() throws IOException {
        write(
                """
                tls:
                  key-store: /tmp/duet.p12
                  password: it's secret
                trusted-proxies: [10.0.0.0/8, 192.168.0.1]
                max-http-buffer-size: 2MiB
                redis: redis://duet:secret@localhost:6379
                redis-subscription: pattern
                transports: [websocket]
                serve-client: false
                health-port: off
                log: [io.duet.adapter=debug, org.redisson=warn]
                """);

        assertThat(run(Map.of(), "serve", "--print-config", "--config", file.toString()))
                .isEqualTo(OK);
        String printed = out.toString();
        assertThat(printed)
                .contains("tls-password: '***'")
                .contains("redis: 'redis://***@localhost:6379'")
                .contains("trusted-proxies: ['10.0.0.0/8', '192.168.0.1']")
                .contains("max-http-buffer-size: 2097152")
                .contains("serve-client: false")
                .contains("health-port: 'off'")
                .contains("log: ['io.duet.adapter=debug', 'org.redisson=warn']")
                .doesNotContain("secret");

        out.getBuffer().setLength(0);
        write(printed);
        assertThat(run(Map.of(), "serve", "--print-config", "--config=" + file)).isEqualTo(OK);
        assertThat(out).hasToString(printed);
    }

    @Test
    void emptyFilesAreNoConfiguration() throws IOException {
        write("# nothing\n");

        assertThat(run(Map.of(), "serve", "--print-config", "--config", file.toString()))
                .isEqualTo(OK);
        assertThat(out.toString()).contains("port: 3000").contains("path: '/socket.io'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pong-interval: 5s      | duet.yaml: pong-interval: no such option (expected: one of ack-timeout, adapter, allow-eio3,",
                "health-port: high      | 'high' (expected: a port, 0 for any, or off)",
                "port: 65000            | health-port: missing (expected: a port or off, for 65000 + 1000 is none)",
                "log-level: loud        | 'loud'",
                "log: io.duet           | io.duet",
                "port: many             | Invalid value for option '--port': 'many' is not an int",
                "ping-interval: 5 weeks | '--ping-interval': '5 weeks' (expected: a time such as 500ms, 25s",
                "ping-timeout: 0s       | pingTimeout: PT0S (expected: > 0)",
                "max-queued-bytes: lots | 'lots' (expected: a size such as 65536, 64KiB or 1MB)",
                "max-queued-bytes: 9GB  | '9GB' (expected: less than 2GiB)",
                "path: chat             | path: chat (expected: ",
                "transports: [smoke]    | expected one of [POLLING, WEBSOCKET] (case-insensitive) but was 'smoke'",
                "trusted-proxies: home  | home (expected: ",
                "redis: localhost:6379  | redis: localhost:6379 (expected: redis://host:port",
                "tls-key-store: /x.p12  | tls-password: missing (expected: that of /x.p12)",
                "port                   | duet.yaml: port (expected: keys and values)",
                "'port: [1'             | (expected: YAML)",
                "recovery: later        | 'later' (expected: a time such as",
            })
    void aTiredPersonUnderstandsWhatIsWrong(String yaml, String message) throws IOException {
        write(yaml);

        assertThat(run(Map.of(), "serve", "--config", file.toString())).isEqualTo(WRONG);
        assertThat(err.toString()).contains(message);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void theEnvironmentIsNamedByItsVariable() {
        assertThat(run(Map.of("DUET_PONG_INTERVAL", "5s"), "serve")).isEqualTo(WRONG);
        assertThat(err.toString())
                .contains("environment: DUET_PONG_INTERVAL: no such option (expected: one of DUET_ACK_TIMEOUT,");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThat(run(Map.of(), "serve", "--config", "/no/such/duet.yaml")).isEqualTo(WRONG);
        assertThat(err.toString()).contains("config: /no/such/duet.yaml: no such file");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());

            assertThat(run(Map.of(), "serve", "--port", port)).isOne();
            assertThat(err.toString())
                    .contains(port)
                    .contains("Address already in use")
                    .doesNotContain("at io.duet");
            assertThat(run(Map.of(), "serve", "--port", "0", "--health-port", port))
                    .isOne();
            assertThat(err.toString()).contains("health-port " + port + ": Address already in use");
        }
    }

    @Test
    void anUnknownFlagIsNamed() {
        assertThat(run(Map.of(), "serve", "--prt", "3")).isEqualTo(WRONG);
        assertThat(err.toString()).contains("'--prt'").contains("Try 'duet serve --help'");
    }

    @Test
    void theHelpFitsOneScreen() {
        assertThat(run(Map.of(), "serve", "--help")).isEqualTo(OK);
        assertThat(out.toString().lines()).hasSizeBetween(1, 50).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(110));
    }

    private void write(String yaml) throws IOException {
        Files.writeString(file, yaml);
    }

    private int run(Map<String, String> environment, String... arguments) {
        CommandLine commandLine =
                new CommandLine(new Main()).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return Main.run(commandLine, InputStream.nullInputStream(), environment, arguments);
    }
}
