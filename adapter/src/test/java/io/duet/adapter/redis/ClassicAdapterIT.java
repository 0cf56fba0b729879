package io.duet.adapter.redis;

import io.duet.adapter.Adapter;
import io.duet.adapter.AdapterContract;
import io.duet.adapter.LocalSockets;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract, by an adapter that is alone at a real Redis: the one among the test dependencies. */
final class ClassicAdapterIT extends AdapterContract {
    private static Process redis;
    private static String uri;

    @BeforeAll
    static void startRedis(@TempDir Path folder) throws IOException {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        Path program = folder.resolve("redis-server");
        try (InputStream binary = ClassicAdapterIT.class.getResourceAsStream(
                "/redis-server-7.0.15-" + (mac ? "darwin" : "linux") + (arm ? "-arm64" : "-amd64"))) {
            Files.copy(binary, program, StandardCopyOption.REPLACE_EXISTING);
        }
        program.toFile().setExecutable(true);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        redis = new ProcessBuilder(
                        program.toString(), "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(redis::destroyForcibly));
        uri = "redis://127.0.0.1:" + port;
    }

    @AfterAll
    static void stopRedis() throws InterruptedException {
        redis.destroyForcibly().waitFor();
    }

    @Override
    protected Adapter create(LocalSockets sockets) {
        RedisAdapter factory = RedisAdapter.classic(uri, RedisAdapterOptions.defaults());
        Adapter adapter = factory.create(NAMESPACE, sockets);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(factory::isReady);
        return adapter;
    }
}
