package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.duet.redis.Signals;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server in a JVM of its own with a small heap, assertions and Netty's strictest search for leaks.
 *
 * <p>Closing it stops it and fails if it has logged a leak, an error, or a warning that the test did not announce.
 */
final class FixtureProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    /** What a server may take by its documentation: some clients leave without a word, in the middle of an upgrade, and might still come. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    /** Of the fixtures on standard output, of the server in its log. */
    private static final Pattern READY = Pattern.compile("\\bready:? (?:http://[^:]+:)?(\\d+)");

    /**
     * Lines of the log begin with a date, or not. Not that a client came back with a session that has ended, or that another server had: clients of
     * tests do so.
     */
    private static final Pattern TROUBLE =
            Pattern.compile("LEAK:|^(?:\\S+Z )?\\[[^]]*] (?:ERROR|WARN) (?!.*sticky sessions\\?)"
                    + "|^Exception in thread|OutOfMemoryError|^#");

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final Process process;
    private final ProcessOutput output;
    private final int port;
    private final @Nullable Pattern allowed;

    private FixtureProcess(ProcessOutput output, int port, @Nullable Pattern allowed) {
        this.process = output.process();
        this.output = output;
        this.port = port;
        this.allowed = allowed;
    }

    /** A command of the fixtures. */
    static Builder fixture(String command, String... arguments) {
        return new Builder(Path.of(System.getProperty("duet.fixtures.jar")), command, arguments);
    }

    /** The runnable server. */
    static Builder server(String... arguments) {
        return new Builder(Path.of(System.getProperty("duet.server.jar")), "serve", arguments);
    }

    /** Any server of one of the two jars, without the archive of its classes. */
    static Builder ofNoArchive(Path jar) {
        boolean isServer = jar.equals(Path.of(System.getProperty("duet.server.jar")));
        Builder builder = isServer ? server() : fixture("interop");
        builder.archived = false;
        return builder;
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** What it has printed, standard output and log together. */
    List<String> log() {
        return output.lines();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** The names of its threads as Linux has them: the first fifteen characters. */
    List<String> threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return tasks.map(task -> {
                        try {
                            return Files.readString(task.resolve("comm")).trim();
                        } catch (IOException e) {
                            return "has ended";
                        }
                    })
                    .toList();
        }
    }

    /** SIGTERM; returns how long it took to end. */
    Duration terminate() throws InterruptedException {
        return terminate(STOP_LIMIT);
    }

    /** The same for one that may take its time. */
    Duration terminate(Duration limit) throws InterruptedException {
        long start = System.nanoTime();
        signal();
        awaitEnd(limit);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** SIGTERM; does not wait. */
    void signal() {
        // By its handle: Process.destroy would close its output before the last lines are read.
        process.toHandle().destroy();
    }

    /** Waits for the end of one that was told to end. */
    void awaitEnd(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
            fail("server ran on for %s after SIGTERM; its log:%n%s", limit, String.join("\n", log()));
        }
        output.awaitEnd(STOP_LIMIT);
    }

    /** Waits for a line of the log in which this is found. */
    void awaitLog(String text) throws InterruptedException {
        assertThat(output.await(line -> line.contains(text), STOP_LIMIT))
                .as(text)
                .isPresent();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
        output.awaitEnd(STOP_LIMIT);
    }

    /** SIGSTOP. */
    void freeze() {
        Signals.freeze(process);
    }

    /** SIGCONT. */
    void thaw() {
        Signals.thaw(process);
    }

    int exitCode() {
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        try {
            if (process.isAlive()) {
                findLeaks();
                terminate();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            process.toHandle().destroyForcibly();
        }
        assertThat(log())
                .as("log without leaks, errors and warnings")
                .noneMatch(line -> TROUBLE.matcher(line).find()
                        && (allowed == null || !allowed.matcher(line).find()));
    }

    /** Netty reports a lost buffer at the first allocation after the garbage collector has found it. */
    private void findLeaks() throws IOException, InterruptedException {
        for (int i = 0; i < 2; i++) {
            Process collector = new ProcessBuilder(javaHome("jcmd"), Long.toString(process.pid()), "GC.run")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectErrorStream(true)
                    .start();
            assertThat(collector.waitFor(20, TimeUnit.SECONDS)).as("jcmd ends").isTrue();
            get("/leaks");
        }
    }

    private static String javaHome(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** What to run. */
    static final class Builder {
        /** All buffers are looked after, but not every access to them has its stack trace taken. */
        private static final List<String> LEAK_DETECTION = List.of(
                "-Dio.netty.leakDetectionLevel=paranoid", "-Dio.netty.leakDetection.acquireAndReleaseOnly=true");

        private final Path jar;
        private final String command;
        private final List<String> arguments;
        private final List<String> jvmOptions = new ArrayList<>();
        private String java = javaHome("java");
        private boolean archived = true;
        private String heap = "128m";
        private int port;
        private @Nullable Path directory;
        private @Nullable Pattern allowed;

        private Builder(Path jar, String command, String... arguments) {
            this.jar = jar;
            this.command = command;
            this.arguments = List.of(arguments);
        }

        Builder heap(String size) {
            heap = size;
            return this;
        }

        Builder jvmOption(String option) {
            jvmOptions.add(option);
            return this;
        }

        /** Default: that of this JVM. */
        Builder java(Path program) {
            java = program.toString();
            archived = false;
            return this;
        }

        /** Default: a free one. */
        Builder port(int number) {
            port = number;
            return this;
        }

        /** Where it runs, from a copy of the jar that must be there. */
        Builder in(Path folder) {
            directory = folder;
            archived = false;
            return this;
        }

        /** Lines of the log that are no fault although they look like one. */
        Builder allow(String regex) {
            allowed = Pattern.compile(regex);
            return this;
        }

        /** Returns when it serves. */
        FixtureProcess start() throws IOException, InterruptedException {
            List<String> line = new ArrayList<>(List.of(java, "-ea", "-Xmx" + heap, "-XX:+UseSerialGC"));
            line.addAll(LEAK_DETECTION);
            line.add("-Xlog:cds=off,cds+dynamic=off");
            if (archived) {
                line.add(ClassArchive.option(jar));
            }
            line.addAll(jvmOptions);
            line.addAll(List.of(
                    "-jar",
                    directory == null ? jar.toString() : jar.getFileName().toString()));
            line.addAll(List.of(command, "--port", Integer.toString(port)));
            line.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(line);
            if (directory != null) {
                builder.directory(directory.toFile());
            }
            ProcessOutput output = ProcessOutput.start(builder);
            Matcher ready =
                    READY.matcher(output.await(text -> READY.matcher(text).find(), START_LIMIT)
                            .orElse(""));
            if (!ready.find()) {
                output.process().toHandle().destroyForcibly();
                fail("not ready within %s: %s%n%s", START_LIMIT, line, String.join("\n", output.lines()));
            }
            return new FixtureProcess(output, Integer.parseInt(ready.group(1)), allowed);
        }
    }
}
