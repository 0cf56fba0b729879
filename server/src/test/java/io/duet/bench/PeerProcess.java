package io.duet.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running server. */
final class PeerProcess implements AutoCloseable {
    private static final String READY = "ready ";

    private final Peer peer;
    private final Process process;
    private final int port;

    private PeerProcess(Peer peer, Process process, int port) {
        this.peer = peer;
        this.process = process;
        this.port = port;
    }

    /** Starts the server and waits until it serves. */
    static PeerProcess start(Peer peer) {
        try {
            Process process = new ProcessBuilder(peer.command())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            // Whoever stops the benchmark stops the servers.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            CompletableFuture<Integer> port = new CompletableFuture<>();
            Thread reader = new Thread(() -> read(process, port), "output of " + peer.name());
            reader.setDaemon(true);
            reader.start();
            return new PeerProcess(peer, process, Load.await(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    ProcessUsage usage() {
        return ProcessUsage.of(process.toHandle());
    }

    /** Resident memory after the garbage was collected. */
    long settledBytes() {
        collectGarbage();
        collectGarbage();
        return residentBytes();
    }

    long residentBytes() {
        return ProcessUsage.residentBytes(process.toHandle());
    }

    private void collectGarbage() {
        String pid = Long.toString(process.pid());
        if (peer.java()) {
            run(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid, "GC.run");
        } else {
            run("kill", "-USR2", pid);
        }
        pause(1000);
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IllegalStateException(e);
        }
    }

    static void run(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void read(Process process, CompletableFuture<Integer> port) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            @Nullable String line;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith(READY)) {
                    port.complete(
                            Integer.parseInt(line.substring(READY.length()).trim()));
                }
            }
            port.completeExceptionally(new IllegalStateException("server ended before it was ready"));
        } catch (IOException e) {
            port.completeExceptionally(e);
        }
    }
}
