package io.duet.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Signals to a process that a test has started. */
public final class Signals {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Signals() {}

    /**
     * SIGSTOP: from the return on it does nothing, and closes no connections. The signal alone would not be enough: {@code kill} returns before
     * the last of its threads has stopped, in time to answer a question.
     */
    public static void freeze(Process process) {
        send("STOP", process);
        await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> isStopped(process));
    }

    /** SIGCONT. */
    public static void thaw(Process process) {
        send("CONT", process);
    }

    private static boolean isStopped(Process process) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return threads.allMatch(Signals::isStopped);
        }
    }

    private static boolean isStopped(Path thread) {
        try {
            // The state is behind the name in brackets (proc(5)).
            String stat = Files.readString(thread.resolve("stat"));
            return stat.startsWith("T", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            // It has ended meanwhile.
            return false;
        }
    }

    private static void send(String name, Process process) {
        try {
            // The shell's own: not every machine has the program.
            int code = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + ": exit code " + code);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
