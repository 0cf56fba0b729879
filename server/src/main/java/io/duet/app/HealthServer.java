package io.duet.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Tells orchestrators how the server is, on a port of its own: {@code /healthz} answers 200 while the process works, {@code /readyz} 200 while it
 * should be sent clients and otherwise 503 with the reason, {@code /metrics} what Prometheus wants to know.
 */
final class HealthServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    /** More than one, so that somebody who is slow to ask does not keep a probe from its answer. */
    private static final int THREADS = 4;

    private final HttpServer http;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "duet-health");
        thread.setDaemon(true);
        return thread;
    });

    private HealthServer(HttpServer http) {
        this.http = http;
        http.setExecutor(threads);
    }

    /**
     * @param address port 0 for any
     * @param obstacle why clients should not be sent here; asked on a thread of this server, as is {@code metrics}
     * @param metrics in Prometheus's text format
     * @throws IOException if the port cannot be had
     */
    static HealthServer start(InetSocketAddress address, Supplier<Optional<String>> obstacle, Supplier<String> metrics)
            throws IOException {
        HttpServer http;
        try {
            http = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("health-port " + address.getPort() + ": " + e.getMessage(), e);
        }
        http.createContext("/healthz", exchange -> answer(exchange, 200, TEXT, "ok\n"));
        http.createContext("/readyz", exchange -> {
            Optional<String> reason = obstacle.get();
            answer(exchange, reason.isPresent() ? 503 : 200, TEXT, reason.orElse("ready") + "\n");
        });
        http.createContext("/metrics", exchange -> answer(exchange, 200, PROMETHEUS, metrics.get()));
        HealthServer server = new HealthServer(http);
        http.start();
        return server;
    }

    int port() {
        return http.getAddress().getPort();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdown();
    }

    private static void answer(HttpExchange exchange, int status, String contentType, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
