package io.duet.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real Redis process on a free port of this machine, with nothing kept. It ends with this JVM at the latest. */
public final class RedisServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    static final Path DIRECTORY = temporary();

    private final int port;
    private final List<String> command;
    private final boolean tls;
    private Process process;

    private RedisServer(int port, List<String> command, boolean tls) throws IOException {
        this.port = port;
        this.command = command;
        this.tls = tls;
        this.process = launch();
    }

    /** @param arguments of {@code redis-server}, on top of the usual */
    public static RedisServer start(String... arguments) {
        return start(freePort(), arguments);
    }

    public static RedisServer start(int port, String... arguments) {
        return ready(port, plain(port, arguments), false);
    }

    /** Without anything but TLS; clients need no certificate. */
    public static RedisServer withTls(Path certificate, Path key) {
        int port = freePort();
        List<String> command = plain(0, "--tls-port", Integer.toString(port));
        command.addAll(List.of("--tls-cert-file", certificate.toString(), "--tls-key-file", key.toString()));
        command.addAll(List.of("--tls-ca-cert-file", certificate.toString(), "--tls-auth-clients", "no"));
        return ready(port, command, true);
    }

    /** @param lines of its configuration */
    static RedisServer sentinel(String... lines) {
        int port = freePort();
        try {
            // A sentinel rewrites its file.
            Path file = Files.createTempFile(DIRECTORY, "sentinel", ".conf");
            Files.writeString(
                    file,
                    "port " + port + "\nbind 127.0.0.1\ndir \"" + DIRECTORY + "\"\n" + String.join("\n", lines) + "\n");
            return ready(port, List.of(RedisBinary.find(), file.toString(), "--sentinel"), false);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> plain(int port, String... arguments) {
        try {
            List<String> command = new ArrayList<>(List.of(RedisBinary.find(), "--port", Integer.toString(port)));
            command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
            // What a replica was sent would be loaded by the next server in this directory.
            command.addAll(List.of("--rdb-del-sync-files", "yes"));
            command.addAll(List.of(arguments));
            return command;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RedisServer ready(int port, List<String> command, boolean tls) {
        try {
            RedisServer server = new RedisServer(port, command, tls);
            server.awaitAnswer();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** An answer of the server itself. */
    public @Nullable Object call(String... words) {
        try {
            return RedisCommands.call(port, words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, logged in as somebody. */
    public @Nullable Object callAs(String user, String password, String... words) {
        try {
            return RedisCommands.call(port, List.of(user, password), words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts it again on its port, with nothing. */
    public void restart() {
        kill();
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitAnswer();
    }

    /** SIGSTOP: it neither answers nor closes connections. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    @Override
    public void close() {
        kill();
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Process launch() throws IOException {
        // A replica leaves a file where it runs.
        Process started = new ProcessBuilder(command)
                .directory(DIRECTORY.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start();
        ProcessHandle handle = started.toHandle();
        Runtime.getRuntime().addShutdownHook(new Thread(handle::destroyForcibly));
        return started;
    }

    private void awaitAnswer() {
        Awaitility.await("redis-server " + port).atMost(START_LIMIT).until(this::answers);
    }

    private boolean answers() {
        if (tls) {
            return RedisCommands.connects(port);
        }
        try {
            return "PONG".equals(call("PING"));
        } catch (UncheckedIOException e) {
            return String.valueOf(e.getMessage()).contains("NOAUTH");
        }
    }

    private static Path temporary() {
        try {
            Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
            return Files.createTempDirectory(target, "redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
