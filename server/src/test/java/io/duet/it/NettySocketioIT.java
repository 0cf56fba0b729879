package io.duet.it;

import com.corundumstudio.socketio.AckMode;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import io.duet.netty.DuetSocketIOServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A program written for netty-socketio serves unmodified JavaScript clients. */
final class NettySocketioIT {
    private static final Duration LIMIT = Duration.ofSeconds(70);

    private SocketIOServer server;

    @AfterEach
    void stop() {
        server.stop();
    }

    @ParameterizedTest(name = "client {0}, {1}")
    @CsvSource({"4, upgrade", "4, websocket", "4, polling", "3, upgrade", "2, upgrade", "2, polling"})
    void servesAProgramOfNettySocketio(String client, String transport) throws Exception {
        AtomicInteger failures = new AtomicInteger();
        Configuration configuration = DemoProgram.configuration(failures);
        // So that one of its listeners can answer later.
        configuration.setAckMode(AckMode.MANUAL);
        server = new DuetSocketIOServer(configuration);
        DemoProgram.addTo(server, failures);
        server.start();
        String url = "http://127.0.0.1:" + ((DuetSocketIOServer) server).port();

        try (NodeScript script =
                NodeScript.kit("netty-socketio.mjs", "--url", url, "--client", client, "--transport", transport)) {
            script.assertPasses(LIMIT);
        }
    }
}
