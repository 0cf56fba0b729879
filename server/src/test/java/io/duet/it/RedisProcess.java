package io.duet.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A real Redis on a free port of this machine, with nothing kept: that of the path if it is of version 7, else the one among the test dependencies. */
final class RedisProcess implements AutoCloseable {
    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.");
    private static final int OLDEST = 7;

    private final Process process;
    private final int port;

    private RedisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static RedisProcess start() throws IOException, InterruptedException {
        int port = freePort();
        Process process = new ProcessBuilder(List.of(
                        binary(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start();
        RedisProcess redis = new RedisProcess(process, port);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(redis::answers);
        return redis;
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+';
        } catch (IOException e) {
            return false;
        }
    }

    private static String binary() throws IOException, InterruptedException {
        try {
            Process version = new ProcessBuilder("redis-server", "--version").start();
            String line = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher matcher = VERSION.matcher(line);
            if (version.waitFor() == 0 && matcher.find() && Integer.parseInt(matcher.group(1)) >= OLDEST) {
                return "redis-server";
            }
        } catch (IOException e) {
            // None on the path: the one below is as good.
        }
        return embedded();
    }

    private static String embedded() throws IOException {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        String name = "/redis-server-7.0.15-" + (mac ? "darwin" : "linux") + (arm ? "-arm64" : "-amd64");
        Path copy = Files.createTempDirectory("duet-redis").resolve("redis-server");
        try (InputStream binary = RedisProcess.class.getResourceAsStream(name)) {
            if (binary == null) {
                throw new IOException("redis-server: none on the path, and no " + name + " (expected: one of them)");
            }
            Files.copy(binary, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!copy.toFile().setExecutable(true)) {
            throw new IOException(copy + " cannot be made executable");
        }
        return copy.toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
