package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.wire.RawHttp;
import io.duet.wire.RawPolling;
import io.duet.wire.RawWebSocket;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A bare Engine.IO server on a free port that echoes messages, and clients of it; all closed behind each test. */
final class EngineExtension implements AfterEachCallback {
    static final String POLLING = "/engine.io/?EIO=4&transport=polling";
    static final String WEBSOCKET = "/engine.io/?EIO=4&transport=websocket";
    static final String POLLING_V3 = "/engine.io/?EIO=3&transport=polling";
    static final String WEBSOCKET_V3 = "/engine.io/?EIO=3&transport=websocket";

    private static final int WAIT_SECONDS = 5;

    private final List<Closeable> clients = new ArrayList<>();
    private final BlockingQueue<EngineSession> sessions = new LinkedBlockingQueue<>();
    private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<ConnectionError> refusals = new LinkedBlockingQueue<>();
    private @Nullable EngineServer server;
    private Acceptor.@Nullable Binding binding;

    /** How a session ended. */
    record End(CloseReason reason, String description) {}

    EngineExtension start() {
        return start(options -> {});
    }

    EngineExtension start(Consumer<EngineOptions.Builder> change) {
        return start(change, (request, body) -> CompletableFuture.completedFuture(HttpReply.empty(404)));
    }

    EngineExtension start(Consumer<EngineOptions.Builder> change, HttpHandler fallback) {
        EngineOptions.Builder options = EngineOptions.builder();
        change.accept(options);
        EngineServer started = new EngineServer(
                options.build(),
                Runnable::run,
                session -> {
                    sessions.add(session);
                    return new Echo(session, ends);
                },
                fallback);
        started.addListener(new EngineListener() {
            @Override
            public void connectionError(ConnectionError error) {
                refusals.add(error);
            }
        });
        server = started;
        binding = Acceptor.find().listen(ListenOptions.port(0).withHost("127.0.0.1"), started);
        return this;
    }

    int port() {
        return requireNonNull(binding, "start first").port();
    }

    int clientsCount() {
        return requireNonNull(server, "start first").clientsCount();
    }

    RawHttp http() {
        return closing(RawHttp.connect(port()));
    }

    RawPolling polling() {
        return polling(POLLING);
    }

    RawPolling polling(String target) {
        return closing(RawPolling.open(port(), target));
    }

    /** One on which the open packet comes next. */
    RawWebSocket webSocket(String target, String... headers) {
        return closing(RawWebSocket.open(port(), target, headers));
    }

    /** One whose open packet has been read. */
    RawWebSocket webSocket() {
        RawWebSocket webSocket = webSocket(WEBSOCKET);
        webSocket.readText();
        return webSocket;
    }

    /** The session that was opened next. */
    EngineSession session() throws InterruptedException {
        return requireNonNull(sessions.poll(WAIT_SECONDS, TimeUnit.SECONDS), "no session opened in time");
    }

    /** The end of a session that came next. */
    End end() throws InterruptedException {
        return requireNonNull(ends.poll(WAIT_SECONDS, TimeUnit.SECONDS), "no session ended in time");
    }

    /** The refusal that listeners of the engine heard of next. */
    ConnectionError refusal() throws InterruptedException {
        return requireNonNull(refusals.poll(WAIT_SECONDS, TimeUnit.SECONDS), "no refusal told in time");
    }

    /** Adds a middleware; before the first request. */
    void use(HttpMiddleware middleware) {
        requireNonNull(server, "start first").use(middleware);
    }

    boolean hasNoEnd() {
        return ends.isEmpty();
    }

    static OutboundMessage text(String text) {
        return OutboundMessage.of(new EnginePacket.Text(text));
    }

    static OutboundMessage binary(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return OutboundMessage.of(new EnginePacket.Binary(bytes));
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        for (Closeable client : clients) {
            client.close();
        }
        if (server != null) {
            server.close()
                    .toCompletableFuture()
                    .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
        if (binding != null) {
            binding.close();
        }
        if (server != null) {
            server.shutDown();
        }
    }

    private <T extends Closeable> T closing(T client) {
        clients.add(client);
        return client;
    }

    private record Echo(EngineSession session, BlockingQueue<End> ends) implements SessionHandler {
        @Override
        public void onText(String text) {
            session.send(OutboundMessage.of(new EnginePacket.Text(text)));
        }

        @Override
        public void onBinary(byte[] bytes) {
            session.send(OutboundMessage.of(new EnginePacket.Binary(bytes)));
        }

        @Override
        public void onClose(CloseReason reason, String description) {
            ends.add(new End(reason, description));
        }
    }
}
