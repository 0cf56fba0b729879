package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Socket.IO server on a free port, clients of it, and a list of what its listeners have seen; all closed behind each test. */
final class ServerExtension implements AfterEachCallback {
    static final String POLLING = "/socket.io/?EIO=4&transport=polling";

    private static final int WAIT_SECONDS = 5;

    private final List<Closeable> clients = new ArrayList<>();
    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private @Nullable Server server;

    Server start() {
        return start(options -> {});
    }

    /** Listeners can be added to what is returned: no client is there yet. */
    Server start(Consumer<ServerBuilder> change) {
        ServerBuilder builder = Server.builder().host("127.0.0.1");
        change.accept(builder);
        Server started = builder.build();
        server = started;
        return started.start();
    }

    /** Has {@link #socket} return the sockets of a namespace. */
    void watch(Namespace namespace) {
        namespace.onConnection(sockets::add);
    }

    int port() {
        return requireNonNull(server, "start first").port();
    }

    /** A client that is in no namespace. */
    RawSocketIoClient client(String... headers) {
        return closing(RawSocketIoClient.open(port(), headers));
    }

    /** A client in the main namespace. */
    Joined join() {
        return join("/");
    }

    Joined join(String namespace) {
        RawSocketIoClient client = client();
        return new Joined(client, client.join(namespace));
    }

    RawPolling polling() {
        return closing(RawPolling.open(port(), POLLING));
    }

    /** The socket that was accepted next, in order; its namespace must be {@linkplain #watch watched}. */
    Socket socket() throws InterruptedException {
        return requireNonNull(sockets.poll(WAIT_SECONDS, TimeUnit.SECONDS), "no socket accepted in time");
    }

    /** Notes something for {@link #next}. */
    void see(Object thing) {
        seen.add(thing);
    }

    /** What was seen next. */
    Object next() throws InterruptedException {
        return requireNonNull(seen.poll(WAIT_SECONDS, TimeUnit.SECONDS), "nothing seen in time");
    }

    boolean hasSeenNothing() {
        return seen.isEmpty();
    }

    /** The server is closed already, and told so. */
    void closed() {
        server = null;
    }

    <T extends Closeable> T closing(T client) {
        clients.add(client);
        return client;
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
    }

    /** A client and the id of its socket. */
    record Joined(RawSocketIoClient client, String id) {}
}
