package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.CloseReason;
import io.duet.engineio.ConnectionError;
import io.duet.engineio.EngineListener;
import io.duet.engineio.EngineRequest;
import io.duet.engineio.EngineSession;
import io.duet.engineio.HttpReply;
import io.duet.engineio.ResponseHeaders;
import io.duet.engineio.SessionListener;
import io.duet.engineio.codec.EnginePacket;
import io.duet.wire.RawHttp;
import io.duet.wire.RawHttpResponse;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What Node tells by events of {@code io.engine} and {@code socket.conn}, and the options that shape a session. */
final class EngineEventsIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void tellsOfSessionsAndOfTheHeadersOfTheirAnswers() throws InterruptedException {
        Server io = server.start();
        io.engine().addListener(new EngineListener() {
            @Override
            public void connection(EngineSession session) {
                server.see("connection from " + session.remoteAddress());
            }

            @Override
            public void initialHeaders(EngineRequest request, ResponseHeaders headers) {
                headers.set("x-first", "yes");
            }

            @Override
            public void headers(EngineRequest request, ResponseHeaders headers) {
                headers.set("x-each", "yes");
            }
        });

        String first = get(ServerExtension.POLLING);

        assertThat(server.next()).isEqualTo("connection from 127.0.0.1");
        assertThat(first).containsIgnoringCase("x-first: yes").containsIgnoringCase("x-each: yes");
    }

    @Test
    void aListenerThatFailsDisturbsNeitherTheSessionNorOtherListeners() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason.text())));
        for (int i = 0; i < 2; i++) {
            io.engine().addListener(new EngineListener() {
                @Override
                public void initialHeaders(EngineRequest request, ResponseHeaders headers) {
                    server.see("headers");
                    throw new IllegalStateException("expected by this test");
                }
            });
        }

        server.join().client().send("1");

        assertThat(List.of(server.next(), server.next(), server.next()))
                .containsExactly("headers", "headers", "client namespace disconnect");
    }

    @Test
    void tellsOfRefusals() throws InterruptedException {
        Server io = server.start();
        io.engine().addListener(new EngineListener() {
            @Override
            public void connectionError(ConnectionError error) {
                server.see(error.error().code() + " " + error.message() + " " + error.context());
            }
        });

        get("/socket.io/?EIO=4&transport=smoke");

        assertThat(server.next()).isEqualTo("0 Transport unknown {transport=smoke}");
    }

    @Test
    void middlewaresMayAnswerOrRefuse() {
        Server io = server.start();
        io.engine().use((request, response, next) -> {
            response.set("x-seen", "yes");
            if (request.query().containsKey("teapot")) {
                next.answer(HttpReply.empty(418));
            } else if (request.query().containsKey("bad")) {
                next.fail("expected by this test");
            } else {
                CompletableFuture.runAsync(next::accept);
            }
        });

        assertThat(get(ServerExtension.POLLING + "&teapot=1"))
                .startsWith("418\n")
                .containsIgnoringCase("x-seen: yes");
        assertThat(get(ServerExtension.POLLING + "&bad=1")).contains("{\"code\":3,\"message\":\"Bad request\"}");
        assertThat(get(ServerExtension.POLLING)).startsWith("200\n").containsIgnoringCase("x-seen: yes");
    }

    @Test
    void sessionsHaveTheIdThatTheOptionMakes() {
        server.start(options -> options.generateId(request -> CompletableFuture.supplyAsync(() -> "chosen")));

        assertThat(server.client().openPacket()).contains("\"sid\":\"chosen\"");
        assertThat(get(ServerExtension.POLLING)).as("the id is in use").contains("{\"code\":3");
    }

    @Test
    void theInitialPacketFollowsTheOpenPacket() {
        server.start(options -> options.initialPacket("hello"));

        assertThat(server.client().read()).isEqualTo("hello");
    }

    @Test
    void tellsWhatHappensToASession() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> {
            socket.conn().addListener(new SessionListener() {
                @Override
                public void packet(EnginePacket packet) {
                    server.see("packet");
                }

                @Override
                public void close(CloseReason reason, String description) {
                    server.see(reason.text());
                }
            });
            server.see("connection");
        });
        RawSocketIoClient client = server.join().client();
        assertThat(server.next()).isEqualTo("connection");

        client.send("21[\"x\"]");
        assertThat(server.next()).isEqualTo("packet");
        client.close();

        assertThat(server.next()).isEqualTo("transport close");
    }

    @Test
    void tellsWhatASessionSends() throws InterruptedException {
        Server io = server.start();
        server.watch(io.sockets());
        RawPolling client = server.polling();
        client.post("40");
        client.poll();
        Socket socket = server.socket();
        SessionListener listener = new SessionListener() {
            @Override
            public void packetCreate(EnginePacket packet) {
                server.see("packetCreate " + ((EnginePacket.Text) packet).text());
            }

            @Override
            public void flush() {
                server.see("flush");
            }

            @Override
            public void drain() {
                server.see("drain");
            }
        };
        // On the session's event loop: the answer that has been read is told of to the end.
        CompletableFuture.runAsync(
                        () -> socket.conn().addListener(listener), socket.conn().executor())
                .join();

        socket.emit("x");

        assertThat(server.next()).isEqualTo("packetCreate 2[\"x\"]");
        assertThat(client.poll()).hasToString("200 42[\"x\"]");
        assertThat(server.next()).isEqualTo("flush");
        assertThat(server.next()).isEqualTo("drain");
    }

    @Test
    void tellsOfHeartbeats() throws InterruptedException {
        Server io = server.start(options -> options.pingInterval(Duration.ofMillis(50)));
        io.engine().addListener(new EngineListener() {
            @Override
            public void connection(EngineSession session) {
                session.addListener(new SessionListener() {
                    @Override
                    public void heartbeat() {
                        server.see("heartbeat");
                    }
                });
            }
        });
        RawSocketIoClient client = server.client();

        assertThat(client.webSocket().readText()).isEqualTo("2");
        assertThat(server.hasSeenNothing()).isTrue();
        client.webSocket().text("3");

        assertThat(server.next()).isEqualTo("heartbeat");
    }

    @Test
    void believesForwardedAddressesOfTrustedProxiesOnly() throws InterruptedException {
        Server io = server.start(options -> options.trustedProxies("127.0.0.0/8", "10.0.0.1"));
        io.onConnection(socket -> server.see(socket.handshake().address()));

        server.client("X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.0.0.1").join("/");

        assertThat(server.next()).isEqualTo("203.0.113.7");
    }

    @Test
    void believesNoForwardedAddressByDefault() throws InterruptedException {
        Server io = server.start();
        io.onConnection(socket -> server.see(socket.handshake().address()));

        server.client("X-Forwarded-For: 203.0.113.7").join("/");

        assertThat(server.next()).isEqualTo("127.0.0.1");
    }

    private String get(String target) {
        RawHttpResponse response =
                server.closing(RawHttp.connect(server.port())).get(target);
        return response.status() + "\n" + String.join("\n", response.headers()) + "\n" + response.text();
    }
}
