package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.adapter.RecoveryOptions;
import io.duet.engineio.RequestGate;
import io.duet.metrics.ServerMetrics;
import io.duet.socketio.PresenceOptions;
import io.duet.socketio.Server;
import io.duet.socketio.ServerBuilder;
import io.duet.socketio.Socket;
import io.duet.wire.RawHttp;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.RawWebSocket;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each meter of a server without a cluster, as Prometheus reads it, moves by what it is called after. */
final class ServerMetricsIT {
    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";
    private static final String WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Closeable> clients = new ArrayList<>();
    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private Server io;

    @AfterEach
    void end() throws IOException {
        for (Closeable client : clients) {
            client.close();
        }
        io.close().toCompletableFuture().join();
    }

    @Test
    void sessionsByTransport() {
        start(options -> {});
        RawPolling polling = closing(RawPolling.open(io.port(), POLLING));
        RawSocketIoClient other = client();
        await("duet_sessions", 1, "transport", "polling");
        await("duet_sessions", 1, "transport", "websocket");
        assertThat(value("duet_sessions_upgraded_total")).isZero();

        RawWebSocket upgraded =
                closing(RawWebSocket.open(io.port(), polling.target().replace("=polling", "=websocket")));
        upgraded.text("2probe").readText();
        upgraded.text("5");
        await("duet_sessions_upgraded_total", 1);
        assertThat(value("duet_sessions", "transport", "polling")).isZero();
        assertThat(value("duet_sessions", "transport", "websocket")).isEqualTo(2);

        other.close();
        await("duet_sessions_closed_total", 1, "reason", "transport_close");
        assertThat(value("duet_sessions", "transport", "websocket")).isOne();
        assertThat(value("duet_sessions_opened_total", "transport", "polling")).isOne();
        assertThat(value("duet_sessions_opened_total", "transport", "websocket"))
                .isOne();
        assertThat(value("duet_sessions_closed_total")).isOne();
    }

    @Test
    void requestsThatAreRefused() {
        start(options -> options.allowRequest(request -> CompletableFuture.completedFuture(
                request.header("stranger").isEmpty()
                        ? RequestGate.Decision.allow()
                        : RequestGate.Decision.refuse("go away"))));
        RawHttp http = closing(RawHttp.connect(io.port()));

        http.get("/socket.io/?EIO=4&transport=smoke");
        http.get(POLLING + "&sid=nobody");
        http.post(POLLING, "");
        http.get(WEBSOCKET);
        http.get(POLLING, "Stranger: yes");
        http.get("/socket.io/?EIO=3&transport=polling");
        for (String error : List.of(
                "transport_unknown",
                "session_id_unknown",
                "bad_handshake_method",
                "bad_request",
                "forbidden",
                "unsupported_protocol_version")) {
            await("duet_requests_refused_total", 1, "error", error);
        }
        assertThat(value("duet_requests_refused_total", "error", "unavailable")).isZero();

        io.drain(Duration.ZERO).toCompletableFuture().join();
        http.get(POLLING);
        await("duet_requests_refused_total", 1, "error", "unavailable");
        assertThat(value("duet_requests_refused_total")).isEqualTo(7);
    }

    @Test
    void bytesOnTheWire() {
        start(options -> {});
        RawPolling polling = closing(RawPolling.open(io.port(), POLLING));
        double opening = polling.openPacket().length();
        await("duet_sent_bytes_total", opening, "transport", "polling");

        polling.post("40");
        await("duet_received_bytes_total", 2, "transport", "polling");
        String answer = polling.poll().text();
        await("duet_sent_bytes_total", opening + answer.length(), "transport", "polling");

        RawSocketIoClient webSocket = client();
        double before = value("duet_sent_bytes_total", "transport", "websocket");
        String id = webSocket.join("/");
        await("duet_received_bytes_total", 2, "transport", "websocket");
        // One frame with a header of two bytes.
        await("duet_sent_bytes_total", before + 2 + ("40{\"sid\":\"" + id + "\"}").length(), "transport", "websocket");
    }

    @Test
    void whatWaitsForAClientThatDoesNotRead() {
        start(options -> options.maxQueuedBytes(8_000_000));
        client().join("/");
        byte[] piece = new byte[500_000];

        Awaitility.await("more than the network takes").until(() -> {
            io.emit("piece", (Object) piece);
            return value("duet_queued_bytes") > 1_000_000;
        });
        assertThat(value("duet_slow_consumers_closed_total")).isZero();
        Awaitility.await("more than may wait").until(() -> {
            io.emit("piece", (Object) piece);
            return value("duet_slow_consumers_closed_total") == 1;
        });

        await("duet_sessions_closed_total", 1, "reason", "transport_error");
        await("duet_queued_bytes", 0);
    }

    @Test
    void howLatePingsAre() {
        start(options -> options.pingInterval(Duration.ofMillis(20)));
        client().webSocket().readText();

        await("duet_heartbeat_lag_seconds_count", 1);
        assertThat(value("duet_heartbeat_lag_seconds_bucket", "le", "+Inf")).isOne();
    }

    @Test
    void socketsAndRoomsOfEachNamespace() throws InterruptedException {
        start(options -> {});
        io.of(Pattern.compile("^/chat-\\d+$")).onConnection(sockets::add);
        String chat = "^/chat-\\d+$";

        RawSocketIoClient first = client();
        first.join("/chat-1");
        Socket one = next();
        client().join("/chat-2");
        Socket two = next();
        client().join("/");
        await("duet_sockets", 2, "namespace", chat);
        await("duet_sockets", 1, "namespace", "/");
        await("duet_connects_total", 2, "namespace", chat);
        assertThat(value("duet_rooms", "namespace", chat)).isZero();

        one.join("tea", "milk");
        two.join("tea");
        await("duet_rooms", 3, "namespace", chat);
        one.leave("milk");
        await("duet_rooms", 2, "namespace", chat);

        first.send("1/chat-1,");
        await("duet_disconnects_total", 1, "namespace", chat, "reason", "client_namespace_disconnect");
        two.disconnect(true);
        await("duet_disconnects_total", 1, "namespace", chat, "reason", "server_namespace_disconnect");
        await("duet_sockets", 0, "namespace", chat);
        assertThat(value("duet_disconnects_total")).isEqualTo(2);
        assertThat(value("duet_connects_total", "namespace", "/")).isOne();
        assertThat(value("duet_rooms")).isZero();
    }

    @Test
    void socketsThatAreNotAccepted() {
        start(options -> {});
        io.use((socket, next) -> next.refuse("no"));
        RawSocketIoClient client = client();

        assertThat(client.send("0").read()).isEqualTo("4{\"message\":\"no\"}");
        assertThat(client.send("0/nowhere,").read()).startsWith("4/nowhere,");

        await("duet_connects_refused_total", 1, "reason", "middleware");
        await("duet_connects_refused_total", 1, "reason", "namespace");
        assertThat(value("duet_connects_total")).isZero();
    }

    @Test
    void clientsThatComeBack() throws InterruptedException {
        start(options -> options.connectionStateRecovery(RecoveryOptions.DEFAULT));
        RawSocketIoClient lost = client();
        String privateId = lost.send("0").read().replaceAll(".*\"pid\":\"([^\"]+)\".*", "$1");
        await("duet_recoveries_total", 0, "namespace", "/");
        lost.close();
        await("duet_disconnects_total", 1, "namespace", "/", "reason", "transport_close");

        client().send("0{\"pid\":\"" + privateId + "\"}").read();
        client().send("0{\"pid\":\"unknown\"}").read();

        await("duet_recoveries_total", 1, "namespace", "/", "outcome", "recovered");
        await("duet_recoveries_total", 1, "namespace", "/", "outcome", "new");
    }

    @Test
    void eventsAndWhatListenersTake() throws InterruptedException {
        start(options -> {});
        io.onConnection(socket -> socket.on("work", (arguments, ack) -> spend(30)));
        RawSocketIoClient client = client();
        client.join("/");
        client().join("/");

        client.sendAll("2[\"work\"]", "2[\"work\"]");
        await("duet_listener_seconds_count", 2, "namespace", "/");
        assertThat(value("duet_events_received_total", "namespace", "/")).isEqualTo(2);
        assertThat(value("duet_listener_seconds_sum")).isGreaterThan(0.06);
        assertThat(value("duet_listener_seconds_max")).isGreaterThan(0.03);
        assertThat(value("duet_listener_seconds_bucket", "le", "0.025")).isZero();

        io.emit("to both");
        next().emit("to one");
        await("duet_events_sent_total", 3, "namespace", "/");
    }

    @Test
    void howLongAcknowledgementsTake() throws InterruptedException {
        start(options -> {});
        RawSocketIoClient client = client();
        client.join("/");

        CompletableFuture<?> single = next().emitWithAck("question").toCompletableFuture();
        client.read();
        spend(20);
        client.send("30[]");
        single.join();
        await("duet_ack_seconds_count", 1, "namespace", "/");
        assertThat(value("duet_ack_seconds_sum")).isGreaterThan(0.02);

        CompletableFuture<?> all = io.emitWithAck("question").toCompletableFuture();
        client.read();
        client.send("31[]");
        all.join();
        await("duet_ack_seconds_count", 2, "namespace", "/");
    }

    @Test
    void transitionsThatASlowListenerMisses() throws InterruptedException {
        start(options -> {});
        CompletableFuture<Void> gate = new CompletableFuture<>();
        io.presence(PresenceOptions.defaults()).subscribe(event -> gate.join());
        client().join("/");
        Socket socket = next();
        await("duet_presence_missed_total", 0, "namespace", "/");

        // More than may wait: each is seen to come, and the one before to go.
        for (int i = 0; i < 60_000; i++) {
            socket.identify("user" + i);
        }

        Awaitility.await().untilAsserted(() -> assertThat(value("duet_presence_missed_total", "namespace", "/"))
                .isPositive());
        gate.complete(null);
    }

    private void start(Consumer<ServerBuilder> change) {
        ServerBuilder builder = Server.builder().host("127.0.0.1").port(0);
        change.accept(builder);
        io = builder.build();
        new ServerMetrics(io).bindTo(registry);
        io.onConnection(sockets::add);
        io.start();
    }

    private RawSocketIoClient client() {
        return closing(RawSocketIoClient.open(io.port()));
    }

    private <T extends Closeable> T closing(T client) {
        clients.add(client);
        return client;
    }

    private Socket next() throws InterruptedException {
        Socket socket = sockets.poll(5, TimeUnit.SECONDS);
        assertThat(socket).as("accepted").isNotNull();
        return socket;
    }

    /** What takes this time is what is measured. */
    private static void spend(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private double value(String name, String... labels) {
        MetricsPage page = MetricsPage.parse(registry.scrape());
        assertThat(page.has(name, labels)).as(name).isTrue();
        return page.sum(name, labels);
    }

    private void await(String name, double expected, String... labels) {
        Awaitility.await(name)
                .untilAsserted(() -> assertThat(value(name, labels)).isEqualTo(expected));
    }
}
