package io.duet.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** In front of a Redis: seen from outside it dies when it is told to, between its answer to a publisher and what it writes to the subscribers. */
public final class DyingProxy implements AutoCloseable {
    private final int redisPort;
    private final ServerSocket listening;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile @Nullable String fatal;
    private volatile @Nullable Socket publisher;

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
                Socket server = new Socket(InetAddress.getLoopbackAddress(), redisPort);
                open.addAll(List.of(client, server));
                start(() -> pump(client, server, bytes -> sent(client, bytes)));
                start(() -> pump(server, client, bytes -> answered(client)));
            }
        } catch (IOException closed) {
            cut();
        }
    }

    private interface Gate {
        /** @return whether the bytes get through */
        boolean pass(String bytes);
    }

    private boolean sent(Socket client, String bytes) {
        String text = fatal;
        if (text != null && bytes.contains(text)) {
            publisher = client;
            fatal = null;
        }
        return true;
    }

    private boolean answered(Socket client) {
        return publisher == null || publisher == client;
    }

    private void pump(Socket from, Socket to, Gate gate) {
        byte[] buffer = new byte[65_536];
        try {
            for (int count = from.getInputStream().read(buffer);
                    count >= 0;
                    count = from.getInputStream().read(buffer)) {
                if (gate.pass(new String(buffer, 0, count, ISO_8859_1))) {
                    to.getOutputStream().write(buffer, 0, count);
                    if (to == publisher) {
                        cut();
                        publisher = null;
                    }
                }
            }
        } catch (IOException closed) {
            // So is the other.
        }
        close(from);
        close(to);
    }

    private void cut() {
        open.forEach(DyingProxy::close);
        open.clear();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
}
