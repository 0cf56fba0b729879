package io.duet.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process and those that it started have used so far, as the kernel counts it (proc(5)).
 *
 * @param userMicros CPU time in the process itself
 * @param systemMicros CPU time in the kernel on behalf of the process
 */
record ProcessUsage(long userMicros, long systemMicros) {
    /** USER_HZ is 100 on every Linux of today. */
    private static final long MICROS_PER_TICK = 10_000;

    /** Where utime and stime are, counted behind the command's closing parenthesis. */
    private static final int USER_FIELD = 11;

    private static final int SYSTEM_FIELD = 12;

    static ProcessUsage of(ProcessHandle process) {
        return withDescendants(process)
                .map(ProcessHandle::pid)
                .map(ProcessUsage::of)
                .reduce(new ProcessUsage(0, 0), ProcessUsage::plus);
    }

    private static ProcessUsage of(long pid) {
        String stat = read(pid, "stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return new ProcessUsage(
                Long.parseLong(fields[USER_FIELD]) * MICROS_PER_TICK,
                Long.parseLong(fields[SYSTEM_FIELD]) * MICROS_PER_TICK);
    }

    /** What of their memory is in RAM. */
    static long residentBytes(ProcessHandle process) {
        return withDescendants(process)
                .map(ProcessHandle::pid)
                .mapToLong(ProcessUsage::residentBytes)
                .sum();
    }

    private static long residentBytes(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("process " + pid + " has no VmRSS"));
    }

    private static Stream<ProcessHandle> withDescendants(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants());
    }

    private ProcessUsage plus(ProcessUsage other) {
        return new ProcessUsage(userMicros + other.userMicros, systemMicros + other.systemMicros);
    }

    ProcessUsage minus(ProcessUsage before) {
        return new ProcessUsage(userMicros - before.userMicros, systemMicros - before.systemMicros);
    }

    long totalMicros() {
        return userMicros + systemMicros;
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
