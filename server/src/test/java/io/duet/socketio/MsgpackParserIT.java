package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.msgpack.MessagePack;
import io.duet.engineio.CloseReason;
import io.duet.socketio.codec.Parser;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.RawWebSocket;
import io.duet.wire.WebSocketFrame;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The option {@code parser}: whatever goes out or comes in has the form of the parser, by whichever way. */
final class MsgpackParserIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void answersConnectWithOneBinaryMessage() {
        server.start(options -> options.parser(Parser.MSGPACK));

        JsonNode answer = client().send(connect("/")).read();

        assertThat(answer.get("type").intValue()).isZero();
        assertThat(answer.get("data").get("sid").textValue()).hasSize(20);
        assertThat(answer.get("nsp").textValue()).isEqualTo("/");
        assertThat(answer.size()).isEqualTo(3);
    }

    @Test
    void refusesWithTheDataOfTheMiddleware() {
        Server io = server.start(options -> options.parser(Parser.MSGPACK));
        io.use((socket, next) -> next.refuse("no", Map.of("code", 7, "key", new byte[] {1})));

        JsonNode answer = client().send(connect("/")).read();

        assertThat(answer)
                .hasToString("{\"type\":4,\"data\":{\"message\":\"no\",\"data\":"
                        + answer.get("data").get("data") + "},\"nsp\":\"/\"}");
        assertThat(answer.get("data").get("data").get("code").intValue()).isEqualTo(7);
        assertThat(answer.get("data").get("data").get("key").isBinary()).isTrue();
    }

    @Test
    void listenersGetDatesAndBytes() throws InterruptedException {
        Server io = start();
        io.onConnection(socket -> socket.on("event", (arguments, ack) -> {
            server.see(arguments.get(0, Instant.class));
            server.see(arguments.json(1).isBinary());
            server.see(arguments.get(2, At.class));
            ack.send(new Date(7), arguments.json(0));
        }));
        Client client = join();
        ObjectNode at = JsonNodeFactory.instance.objectNode();
        at.putPOJO("at", Instant.ofEpochMilli(6));
        ObjectNode event = packet(2, "/").put("id", 12);
        event.putArray("data")
                .add("event")
                .addPOJO(Instant.ofEpochMilli(5))
                .add(new byte[] {1})
                .add(at);

        JsonNode answer = client.send(event).read();

        assertThat(server.next()).isEqualTo(Instant.ofEpochMilli(5));
        assertThat(server.next()).isEqualTo(true);
        assertThat(server.next()).isEqualTo(new At(Instant.ofEpochMilli(6)));
        assertThat(answer.get("type").intValue()).isEqualTo(3);
        assertThat(answer.get("id").intValue()).isEqualTo(12);
        assertThat(answer.get("data"))
                .containsExactly(new POJONode(Instant.ofEpochMilli(7)), new POJONode(Instant.ofEpochMilli(5)));
    }

    record At(Instant at) {}

    @Test
    void broadcastsAsksAndReachesSocketsThroughTheirDescription() {
        Server io = start();
        Client first = join();
        Client second = join();

        var answers = io.timeout(Duration.ofSeconds(5))
                .emitWithAck("question", new byte[] {1})
                .toCompletableFuture();
        for (Client client : new Client[] {first, second}) {
            JsonNode question = client.read();
            assertThat(question.get("data").get(1).isBinary()).isTrue();
            ObjectNode ack = packet(3, "/");
            ack.set("id", question.get("id"));
            ack.putArray("data").add(client.id);
            client.send(ack);
        }
        assertThat(answers.join().toList()).containsExactlyInAnyOrder(first.id, second.id);

        io.in(second.id).fetchSockets().toCompletableFuture().join().get(0).emit("direct", "one");
        io.except(second.id).emit("direct", "other");
        assertThat(second.read().get("data")).hasToString("[\"direct\",\"one\"]");
        assertThat(first.read().get("data")).hasToString("[\"direct\",\"other\"]");
    }

    @Test
    void givesALostClientWhatItMissed() throws InterruptedException {
        Server io = server.start(
                options -> options.parser(Parser.MSGPACK).connectionStateRecovery(RecoveryOptions.DEFAULT));
        io.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see(reason)));
        Client lost = join();
        io.emit("seen", 1);
        JsonNode seen = lost.read().get("data");
        lost.close();
        assertThat(server.next()).isEqualTo(DisconnectReason.of(CloseReason.TRANSPORT_CLOSE));
        io.emit("missed", new byte[] {2}, Instant.EPOCH);

        ObjectNode again = connect("/");
        again.putObject("data")
                .put("pid", lost.privateId)
                .put("offset", seen.get(2).textValue());
        Client back = client().send(again);

        JsonNode missed = back.read().get("data");
        assertThat(missed.get(0).textValue()).isEqualTo("missed");
        assertThat(missed.get(1).isBinary()).isTrue();
        assertThat(missed.get(2).isPojo()).isTrue();
        assertThat(back.read().get("data").get("sid").textValue()).isEqualTo(lost.id);
    }

    @Test
    void countsWhatWaitsForListenersFromPacketToPacket() throws InterruptedException {
        Server io = server.start(options -> options.parser(Parser.MSGPACK).maxQueuedInboundBytes(10_000));
        io.of("/custom");
        CountDownLatch held = new CountDownLatch(1);
        io.onConnection(
                socket -> socket.on("event", (arguments, ack) -> ack.send()).on("hold", (arguments, ack) -> {
                    try {
                        held.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }));
        Client client = join();
        ObjectNode event = packet(2, "/").put("id", 1);
        event.putArray("data").add("event").add(new byte[1000]);
        for (int i = 0; i < 20; i++) {
            client.send(event).read();
        }
        ObjectNode hold = packet(2, "/");
        hold.putArray("data").add("hold");

        JsonNode answer = client.send(hold).send(connect("/custom")).read();

        held.countDown();
        assertThat(answer.get("nsp").textValue()).isEqualTo("/custom");
    }

    /** More of them: {@code MsgpackPacketTest}. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "80",
                "ddffffffff",
                "83a47479706502",
                "83a47479706505a46461746191a165a36e7370a12f",
                "83a47479706502a464617461c0a36e7370a12f",
                "82a47479706504a36e7370a12f"
            })
    void closesUponAMalformedPacketAndServesTheOthers(String hex) throws InterruptedException {
        Server io = start();
        io.onConnection(socket -> {
            socket.onError(error -> server.see("error"));
            socket.onDisconnect((reason, description) -> server.see(reason));
        });
        Client other = join();
        Client client = join();

        client.webSocket.frame(true, 0, WebSocketFrame.BINARY, HexFormat.of().parseHex(hex));

        assertThat(client.webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(server.next()).isEqualTo("error");
        assertThat(server.next()).isEqualTo(DisconnectReason.FORCED_CLOSE);
        io.emit("still there");
        assertThat(other.read().get("data")).hasToString("[\"still there\"]");
    }

    @Test
    void closesUponThePacketOfTheOtherParser() {
        start();
        RawSocketIoClient json = server.client();

        json.send("0");

        assertThat(json.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    @Test
    void theJsonParserClosesUponAPacketOfThisOne() {
        server.start();

        Client client = client().send(connect("/"));

        assertThat(client.webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
    }

    private Server start() {
        return server.start(options -> options.parser(Parser.MSGPACK));
    }

    private Client client() {
        return server.closing(new Client(server.client().webSocket()));
    }

    private Client join() {
        Client client = client().send(connect("/"));
        JsonNode data = client.read().get("data");
        client.id = data.get("sid").textValue();
        client.privateId = data.path("pid").asText();
        return client;
    }

    private static ObjectNode connect(String namespace) {
        return packet(0, namespace);
    }

    private static ObjectNode packet(int type, String namespace) {
        return JsonNodeFactory.instance.objectNode().put("type", type).put("nsp", namespace);
    }

    /** Speaks in packets as trees. */
    private static final class Client implements Closeable {
        private final RawWebSocket webSocket;
        private String id = "";
        private String privateId = "";

        Client(RawWebSocket webSocket) {
            this.webSocket = webSocket;
        }

        Client send(JsonNode packet) {
            byte[] bytes = MessagePack.encode(packet, MessagePack.Dates.MILLISECONDS);
            webSocket.frame(true, 0, WebSocketFrame.BINARY, bytes);
            return this;
        }

        JsonNode read() {
            return MessagePack.decode(webSocket.readBinary());
        }

        @Override
        public void close() {
            webSocket.close();
        }
    }
}
