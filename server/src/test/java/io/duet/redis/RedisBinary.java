package io.duet.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program: that of the path if it is of version 7 or newer, else the one among the test dependencies. */
final class RedisBinary {
    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.");
    private static final int OLDEST = 7;

    private RedisBinary() {}

    static String find() throws IOException, InterruptedException {
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
        Path copy = RedisServer.DIRECTORY.resolve("redis-server");
        if (Files.exists(copy)) {
            return copy.toString();
        }
        try (InputStream binary = RedisBinary.class.getResourceAsStream(name)) {
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
}
