package io.duet.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What the benchmarks run on. */
final class Machine {
    private Machine() {}

    /** Cores, memory, and the versions of what the servers run on; {@code bench} is where Bun is installed. */
    static String description(Path bench) {
        return String.format(
                Locale.ROOT,
                "%d virtual cores (%s), %.0f GB, Linux %s, Java %s, Node %s, Bun %s",
                ManagementFactory.getOperatingSystemMXBean().getAvailableProcessors(),
                field("/proc/cpuinfo", "model name"),
                Long.parseLong(field("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) / 1e6,
                System.getProperty("os.version").replaceAll("^(\\d+\\.\\d+).*", "$1"),
                System.getProperty("java.version"),
                output("node", "--version"),
                output(bench.resolve("node_modules/bun/bin/bun.exe").toString(), "--version"));
    }

    /** Lets all threads of a process, and what it starts, run on one core alone. */
    static void pin(ProcessHandle process, int core) {
        PeerProcess.run("taskset", "-a", "-c", "-p", Integer.toString(core), Long.toString(process.pid()));
    }

    private static String field(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("?");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            return "none";
        }
    }
}
