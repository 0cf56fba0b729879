package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.corundumstudio.socketio.AckCallback;
import com.corundumstudio.socketio.AckMode;
import com.corundumstudio.socketio.AuthTokenResult;
import com.corundumstudio.socketio.BroadcastAckCallback;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.SocketIONamespace;
import io.duet.netty.DuetSocketIOServer;
import io.duet.socketio.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What netty-socketio 2.0.14 does wrong at the level of Socket.IO, by the packets of a client. What a decent client can see of it is in
 * {@link NettySocketioIT}.
 */
final class NettySocketioDefectsIT {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Configuration configuration = DemoProgram.configuration(new AtomicInteger());
    private final BlockingQueue<SocketIOClient> connected = new LinkedBlockingQueue<>();
    private DuetSocketIOServer server;

    @BeforeEach
    void start() {
        server = new DuetSocketIOServer(configuration);
        server.addConnectListener(connected::add);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void nobodyIsConnectedBeforeTheClientHasAskedForIt() throws Exception {
        RawSession session = RawSession.open(server.port());
        server.getBroadcastOperations().sendEvent("secret");

        assertThat(server.getAllClients()).isEmpty();
        assertThat(session.join("")).startsWith("40{\"sid\":");
        assertThat(client()).isIn(server.getAllClients());
    }

    @Test
    void authTokenListenerIsAskedWithoutATokenToo() throws Exception {
        SocketIONamespace guarded = server.addNamespace("/guarded");
        guarded.addAuthTokenListener((token, client) -> new AuthTokenResult(false, "no"));
        RawSession session = RawSession.open(server.port());

        String answer = session.join("/guarded");

        assertThat(answer).isEqualTo("44/guarded,{\"message\":\"no\"}");
        assertThat(guarded.getAllClients()).isEmpty();
    }

    @Test
    void refusalOfAnUnknownNamespaceIsAnObject() throws Exception {
        assertThat(RawSession.open(server.port()).join("/none"))
                .isEqualTo("44/none,{\"message\":\"Invalid namespace\"}");
    }

    @Test
    void removedNamespaceIsUnknownAndItsClientsAreGone() throws Exception {
        server.addNamespace("/short");
        RawSession session = RawSession.open(server.port());
        session.join("/short");

        server.removeNamespace("/short");

        assertThat(session.poll()).isEqualTo("41/short,");
        assertThat(server.getNamespace("/short")).isNull();
        assertThat(session.join("/short")).isEqualTo("44/short,{\"message\":\"Invalid namespace\"}");
    }

    @Test
    void idsOfNamespacesDifferAndTellNothingOfTheSession() throws Exception {
        SocketIONamespace second = server.addNamespace("/second");
        RawSession session = RawSession.open(server.port());

        String first = session.join("");
        String other = session.join("/second");

        UUID id = client().getSessionId();
        assertThat(other).isNotEqualTo(first.replace("40", "40/second,"));
        assertThat(first + other).doesNotContain(session.sessionId());
        assertThat(server.getClient(id)).isNotNull();
        assertThat(second.getClient(id)).isNull();
    }

    @Test
    void sessionThatJoinsNothingEndsInTime() throws Exception {
        configuration.setFirstDataTimeout(300);
        stop();
        start();
        RawSession session = RawSession.open(server.port());

        boolean ended = session.ends();

        assertThat(ended).isTrue();
        assertThat(connected).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "42/second,[\"event\"]",
                "40",
                "4abc",
                "42{}",
                "42[{}]",
                "42[\"connect\"]",
                "42[\"disconnecting\",1]",
                "4511-[\"event\"]"
            })
    void illegalPacketEndsTheSession(String packet) throws Exception {
        server.addNamespace("/second");
        RawSession session = RawSession.open(server.port());
        session.join("");

        session.send(packet);

        assertThat(session.ends()).isTrue();
    }

    @Test
    void answerOfAnotherNamespaceIsNotTaken() throws Exception {
        server.addNamespace("/second");
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        RawSession session = RawSession.open(server.port());
        session.join("/second");
        session.join("");
        client().sendEvent("ask", new AckCallback<String>(String.class) {
            @Override
            public void onSuccess(String result) {
                answers.add(result);
            }
        });
        assertThat(session.poll()).isEqualTo("420[\"ask\"]");

        session.send("43/second,0[\"wrong\"]");
        session.send("430[\"right\"]");

        assertThat(answers.poll(5, TimeUnit.SECONDS)).isEqualTo("right");
    }

    @Test
    void idsOfTheServersQuestionsAreItsOwn() throws Exception {
        RawSession session = RawSession.open(server.port());
        session.join("");
        session.send("427[\"event\"]");

        client().sendEvent("ask", new AckCallback<String>(String.class) {
            @Override
            public void onSuccess(String result) {}
        });

        assertThat(session.poll()).isEqualTo("420[\"ask\"]");
    }

    @Test
    void storeAndTokenBelongToOneNamespace() throws Exception {
        SocketIONamespace second = server.addNamespace("/second");
        RawSession session = RawSession.open(server.port());
        session.send("40{\"token\":\"first\"}\u001e40/second,{\"token\":\"second\"}");
        await().atMost(LIMIT).until(() -> second.getAllClients().size() == 1);
        SocketIOClient first = client();
        SocketIOClient other = second.getAllClients().iterator().next();

        first.set("key", "value");

        assertThat(other.has("key")).isFalse();
        assertThat(first.getHandshakeData().getAuthToken()).hasToString("{token=first}");
        assertThat(other.getHandshakeData().getAuthToken()).hasToString("{token=second}");
    }

    @Test
    void disconnectedClientIsNowhereAnyMore() throws Exception {
        BlockingQueue<Set<String>> left = new LinkedBlockingQueue<>();
        server.addDisconnectListener(client -> left.add(client.getAllRooms()));
        RawSession session = RawSession.open(server.port());
        session.join("");
        SocketIOClient client = client();
        client.joinRoom("room");

        client.disconnect();

        assertThat(server.getAllClients()).isEmpty();
        assertThat(client.isChannelOpen()).isFalse();
        assertThat(left.poll(5, TimeUnit.SECONDS)).containsExactlyInAnyOrder("", "room");
        assertThat(server.getRoomOperations("room").getClients()).isEmpty();
        client.sendEvent("late");
        assertThat(session.poll()).isEqualTo("41");
    }

    @Test
    void everyClientThatIsAskedIsAccountedFor() throws Exception {
        Queue<String> happened = new ConcurrentLinkedQueue<>();
        RawSession answering = RawSession.open(server.port());
        answering.join("");
        RawSession leaving = RawSession.open(server.port());
        leaving.join("");
        RawSession silent = RawSession.open(server.port());
        silent.join("");
        // A client is the library's once its connect listeners are to run: a moment after it has been told that it is
        // in.
        await().atMost(LIMIT).until(() -> server.getAllClients().size() == 3);

        server.getBroadcastOperations().sendEvent("poll", "?", new BroadcastAckCallback<>(String.class, 1) {
            @Override
            protected void onClientSuccess(SocketIOClient client, String result) {
                happened.add("success " + result);
            }

            @Override
            protected void onClientTimeout(SocketIOClient client) {
                happened.add("timeout");
            }
        });
        answering.send("43" + answering.poll().replaceFirst("42(\\d+).*", "$1") + "[\"yes\"]");
        leaving.send("41");

        await().atMost(LIMIT).until(() -> happened.size() == 3);
        assertThat(happened).containsExactlyInAnyOrder("success yes", "timeout", "timeout");
    }

    @Test
    void roomsOfBothApisAreTheSame() throws Exception {
        RawSession session = RawSession.open(server.port());
        session.join("");
        SocketIOClient client = client();
        Socket socket = server.io().sockets().sockets().values().iterator().next();

        client.joinRoom("theirs");
        socket.join("ours").toCompletableFuture().join();

        assertThat(socket.rooms()).contains("theirs", "ours");
        assertThat(client.getAllRooms()).containsExactlyInAnyOrder("", "theirs", "ours");
        assertThat(client.getCurrentRoomSize("ours")).isEqualTo(1);
        assertThat(List.copyOf(server.getRoomOperations("ours", "theirs").getClients()))
                .containsExactly(client);
    }

    @Test
    void heartbeatsAreHeardOf() throws Exception {
        configuration.setPingInterval(300);
        stop();
        start();
        BlockingQueue<SocketIOClient> heartbeats = new LinkedBlockingQueue<>();
        server.addPongListener(heartbeats::add);
        RawSession session = RawSession.open(server.port());
        session.join("");
        assertThat(session.poll()).isEqualTo("2");

        session.send("3");

        assertThat(heartbeats.poll(5, TimeUnit.SECONDS)).isEqualTo(client());
    }

    @Test
    void stoppingLeavesNoClientInDoubt() throws Exception {
        BlockingQueue<SocketIOClient> gone = new LinkedBlockingQueue<>();
        server.addDisconnectListener(gone::add);
        RawSession session = RawSession.open(server.port());
        session.join("");

        server.stop();

        assertThat(gone.poll(5, TimeUnit.SECONDS)).isEqualTo(client());
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTO", "AUTO_SUCCESS_ONLY", "MANUAL"})
    void acknowledgesByItselfOnlyAsConfigured(AckMode mode) throws Exception {
        Configuration other = DemoProgram.configuration(new AtomicInteger());
        other.setAckMode(mode);
        DuetSocketIOServer second = new DuetSocketIOServer(other);
        second.addEventListener("works", String.class, (client, data, ack) -> {});
        second.addEventListener("fails", String.class, (client, data, ack) -> {
            throw new IllegalStateException("on purpose");
        });
        second.addEventListener("end", String.class, (client, data, ack) -> ack.sendAckData("end"));
        second.start();
        try {
            RawSession session = RawSession.open(second.port());
            session.join("");
            session.send("421[\"works\"]\u001e422[\"fails\"]\u001e423[\"end\"]");
            StringBuilder answers = new StringBuilder();
            while (!answers.toString().endsWith("433[\"end\"]")) {
                answers.append(session.poll()).append('\u001e');
                answers.setLength(answers.length() - (answers.toString().endsWith("433[\"end\"]\u001e") ? 1 : 0));
            }

            assertThat(answers.toString().split("\u001e"))
                    .containsExactly(
                            switch (mode) {
                                case AUTO -> new String[] {"431[]", "432[]", "433[\"end\"]"};
                                case AUTO_SUCCESS_ONLY -> new String[] {"431[]", "433[\"end\"]"};
                                case MANUAL -> new String[] {"433[\"end\"]"};
                            });
        } finally {
            second.stop();
        }
    }

    private SocketIOClient client() throws InterruptedException {
        SocketIOClient client = connected.poll(5, TimeUnit.SECONDS);
        assertThat(client).isNotNull();
        return client;
    }
}
