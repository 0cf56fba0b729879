package io.duet.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The lines that a process has printed so far, read as they come. Safe for any thread. */
final class ProcessOutput {
    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;
    private @Nullable UncheckedIOException failure;

    private ProcessOutput(Process process) {
        this.process = process;
        this.reader = new Thread(this::readAll, "output-of-" + process.pid());
        reader.setDaemon(true);
    }

    /** Starts a process, its outputs joined into one. It and what it has started end with this JVM at the latest. */
    static ProcessOutput start(ProcessBuilder builder) throws IOException {
        ProcessOutput output =
                new ProcessOutput(builder.redirectErrorStream(true).start());
        ProcessHandle handle = output.process.toHandle();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            handle.descendants().forEach(ProcessHandle::destroyForcibly);
            handle.destroyForcibly();
        }));
        output.reader.start();
        return output;
    }

    Process process() {
        return process;
    }

    synchronized List<String> lines() {
        if (failure != null) {
            throw failure;
        }
        return List.copyOf(lines);
    }

    /** Waits until some line fits, or the output ends, or the time is over. */
    synchronized Optional<String> await(Predicate<String> wanted, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < lines.size(); seen++) {
                if (wanted.test(lines.get(seen))) {
                    return Optional.of(lines.get(seen));
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                return Optional.empty();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Waits for the end of a process that has ended or is about to. */
    void awaitEnd(Duration limit) throws InterruptedException {
        reader.join(limit.toMillis());
    }

    private void readAll() {
        try (BufferedReader input = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                add(line);
            }
            end(null);
        } catch (IOException e) {
            end(new UncheckedIOException(e));
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end(@Nullable UncheckedIOException cause) {
        ended = true;
        failure = cause;
        notifyAll();
    }
}
