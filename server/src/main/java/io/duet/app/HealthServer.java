package io.duet.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells orchestrators how the server is, on a port of its own: {@code /healthz} answers 200 while the process works, {@code /readyz} 200 while it
 * should be sent clients and otherwise 503 with the reason.
 */
final class HealthServer implements AutoCloseable {
    private final HttpServer http;
    private final Supplier<Optional<String>> obstacle;

    private HealthServer(HttpServer http, Supplier<Optional<String>> obstacle) {
        this.http = http;
        this.obstacle = obstacle;
    }

    /**
     * @param port 0 for any
     * @param obstacle why clients should not be sent here; asked on a thread of this server
     * @throws IOException if the port cannot be had
     */
    static HealthServer start(int port, Supplier<Optional<String>> obstacle) throws IOException {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(port), 0);
        } catch (IOException e) {
            throw new IOException("health-port " + port + ": " + e.getMessage(), e);
        }
        HealthServer server = new HealthServer(http, obstacle);
        server.http.createContext("/healthz", exchange -> answer(exchange, 200, "ok"));
        server.http.createContext("/readyz", server::readiness);
        server.http.start();
        return server;
    }

    int port() {
        return http.getAddress().getPort();
    }

    @Override
    public void close() {
        http.stop(0);
    }

    private void readiness(HttpExchange exchange) throws IOException {
        Optional<String> reason = obstacle.get();
        answer(exchange, reason.isPresent() ? 503 : 200, reason.orElse("ready"));
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
