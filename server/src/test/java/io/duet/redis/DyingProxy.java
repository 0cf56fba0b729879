package io.duet.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** In front of a Redis: seen from outside it dies when it is told to, between its answer to a publisher and what it writes to the subscribers. */
public final class DyingProxy implements AutoCloseable {
    private final int redisPort;
    private final ServerSocket listening;
    private final List<Connection> open = new CopyOnWriteArrayList<>();
    private volatile @Nullable String fatal;

    private DyingProxy(int redisPort, ServerSocket listening) {
        this.redisPort = redisPort;
        this.listening = listening;
    }

    public static DyingProxy before(RedisServer redis) throws IOException {
        DyingProxy proxy = new DyingProxy(redis.port(), new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        start(proxy::accept);
        return proxy;
    }

    public String uri() {
        return "redis://127.0.0.1:" + listening.getLocalPort();
    }

    /** Once: who connects afterwards is served. */
    public void dieAfterAnswerTo(String text) {
        fatal = text;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Connection connection = new Connection(client, new Socket(InetAddress.getLoopbackAddress(), redisPort));
                open.add(connection);
                start(connection::passRequests);
                start(connection::passAnswers);
            }
        } catch (IOException closed) {
            open.forEach(Connection::close);
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "dying-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    /** Of one client; what is said of answers is said before its request reaches Redis. */
    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean deaf;
        private volatile boolean last;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void passRequests() {
            pump(client, bytes -> {
                String text = fatal;
                if (text != null && new String(bytes, ISO_8859_1).contains(text)) {
                    fatal = null;
                    last = true;
                    open.forEach(other -> other.deaf = other != this);
                }
                server.getOutputStream().write(bytes);
            });
        }

        void passAnswers() {
            pump(server, bytes -> {
                if (!deaf) {
                    client.getOutputStream().write(bytes);
                }
                if (last) {
                    open.forEach(Connection::close);
                    open.clear();
                }
            });
        }

        private void pump(Socket from, Gate gate) {
            byte[] buffer = new byte[65_536];
            try {
                for (int count = from.getInputStream().read(buffer);
                        count >= 0;
                        count = from.getInputStream().read(buffer)) {
                    gate.pass(Arrays.copyOf(buffer, count));
                }
            } catch (IOException closed) {
                // So is the other.
            }
            close();
        }

        void close() {
            for (Socket socket : List.of(client, server)) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private interface Gate {
        void pass(byte[] bytes) throws IOException;
    }
}
