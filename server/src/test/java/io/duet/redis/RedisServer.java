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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A real Redis process on a free port of this machine, with nothing kept. It ends with this JVM at the latest. */
public final class RedisServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(10);
    static final Path DIRECTORY = temporary();

    private final int port;
    private final int tlsPort;
    private final List<String> command;
    private Process process;

    /** @param tlsPort 0 if there is none */
    private RedisServer(int port, int tlsPort, List<String> command) throws IOException {
        this.port = port;
        this.tlsPort = tlsPort;
        this.command = command;
        this.process = launch();
    }

    /** @param arguments of {@code redis-server}, on top of the usual */
    public static RedisServer start(String... arguments) {
        return start(freePort(), arguments);
    }

    public static RedisServer start(int port, String... arguments) {
        return ready(port, 0, plain(port, arguments));
    }

    /** It speaks TLS on another port besides, by which replicas are reached; clients need no certificate. */
    public static RedisServer withTls(TlsFiles files, String... arguments) {
        int port = freePort();
        int tlsPort = freePort();
        List<String> command = plain(port, arguments);
        files.options(tlsPort).forEach((name, value) -> command.addAll(List.of("--" + name, value)));
        return ready(port, tlsPort, command);
    }

    /** @param lines of its configuration */
    static RedisServer sentinel(List<String> lines) {
        return sentinel(0, lines);
    }

    /** It speaks TLS on another port besides, by which it reaches others. */
    static RedisServer sentinelWithTls(TlsFiles files, List<String> lines) {
        int tlsPort = freePort();
        List<String> all = new ArrayList<>(lines);
        files.options(tlsPort).forEach((name, value) -> all.add(name + " \"" + value + "\""));
        return sentinel(tlsPort, all);
    }

    private static RedisServer sentinel(int tlsPort, List<String> lines) {
        int port = freePort();
        try {
            // A sentinel rewrites its file.
            Path file = Files.createTempFile(DIRECTORY, "sentinel", ".conf");
            Files.writeString(
                    file,
                    "port " + port + "\nbind 127.0.0.1\ndir \"" + DIRECTORY + "\"\n" + String.join("\n", lines) + "\n");
            return ready(port, tlsPort, List.of(RedisBinary.find(), file.toString(), "--sentinel"));
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

    private static RedisServer ready(int port, int tlsPort, List<String> command) {
        try {
            RedisServer server = new RedisServer(port, tlsPort, command);
            server.awaitAnswer();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** With TLS if it speaks that. */
    public String uri() {
        return (tlsPort == 0 ? "redis://127.0.0.1:" : "rediss://127.0.0.1:") + announcedPort();
    }

    /**
     * For a user who may do nothing but this.
     *
     * @param rules channels and keys, and commands, as {@code ACL SETUSER} takes them, separated by blanks
     */
    public String uriOfUser(String rules) {
        List<String> words = new ArrayList<>(List.of("ACL", "SETUSER", "duet", "reset", "on", ">secret"));
        words.addAll(List.of(rules.split(" ", -1)));
        call(words.toArray(String[]::new));
        return "redis://duet:secret@127.0.0.1:" + port;
    }

    /** By which others know it. */
    int announcedPort() {
        return tlsPort == 0 ? port : tlsPort;
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
        Signals.freeze(process);
    }

    /** SIGCONT. */
    public void thaw() {
        Signals.thaw(process);
    }

    @Override
    public void close() {
        kill();
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

    /** Without Awaitility, which the benchmarks do not have. */
    private void awaitAnswer() {
        long started = System.nanoTime();
        while (!answers()) {
            if (System.nanoTime() - started > START_LIMIT.toNanos()) {
                throw new IllegalStateException("redis-server " + port + " does not answer");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private boolean answers() {
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

    /** One that nobody listens to now. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
