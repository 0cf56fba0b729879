package io.duet.it;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A script of ours that Node runs: it ends with 0 if all is well and tells in lines with {@code not ok} what is not. */
final class NodeScript implements AutoCloseable {
    private static final int LAST_LINES = 20;

    private final List<String> command;
    private final Process process;
    private final ProcessOutput output;

    private NodeScript(List<String> command, ProcessOutput output) {
        this.command = command;
        this.process = output.process();
        this.output = output;
    }

    /** A script of the interoperability kit. */
    static NodeScript kit(String script, String... arguments) throws IOException {
        return start(Path.of(System.getProperty("duet.js.dir")), script, arguments);
    }

    /** A script of the demo. */
    static NodeScript demo(String script, String... arguments) throws IOException {
        return start(Path.of(System.getProperty("duet.demo.dir")), script, arguments);
    }

    private static NodeScript start(Path folder, String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return new NodeScript(command, ProcessOutput.start(new ProcessBuilder(command).directory(folder.toFile())));
    }

    /** Waits for a line that begins so. */
    String awaitLine(String beginning, Duration limit) throws InterruptedException {
        return output.await(line -> line.startsWith(beginning), limit).orElseGet(() -> {
            failWith("no line \"" + beginning + "\" within " + limit);
            return "";
        });
    }

    /** A line for its standard input. */
    void send(String line) throws IOException {
        process.outputWriter().append(line).append('\n').flush();
    }

    /** Waits for the end and fails unless all checks have passed. */
    void assertPasses(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            failWith("not done after " + limit);
        }
        output.awaitEnd(limit);
        if (process.exitValue() != 0) {
            failWith("exit code " + process.exitValue());
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private void failWith(String what) {
        List<String> lines = output.lines();
        String failed = lines.stream().filter(line -> line.startsWith("not ok")).collect(Collectors.joining("\n"));
        String last = String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
        fail("%s: %s%n%s%nlast lines:%n%s", String.join(" ", command), what, failed, last);
    }
}
