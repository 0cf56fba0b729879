package io.duet.engineio;

import static io.duet.engineio.EngineExtension.WEBSOCKET;
import static io.duet.engineio.EngineExtension.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.EngineExtension.End;
import io.duet.wire.RawHttp;
import io.duet.wire.RawPolling;
import io.duet.wire.RawWebSocket;
import io.duet.wire.WebSocketFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From polling to a WebSocket, and what keeps a session from going there. */
final class UpgradeIT {
    private static final String BAD_REQUEST = "400 {\"code\":3,\"message\":\"Bad request\"}";

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @Test
    void movesToTheWebSocket() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling);

        assertThat(webSocket.text("2probe").readText()).isEqualTo("3probe");
        assertThat(polling.poll()).hasToString("200 6");
        webSocket.text("5").text("4hello").binary(1, 2);

        assertThat(webSocket.readText()).isEqualTo("4hello");
        assertThat(webSocket.readBinary()).containsExactly(1, 2);
        assertThat(engine.session().transportName()).isEqualTo(TransportName.WEBSOCKET);
        assertThat(engine.hasNoEnd()).isTrue();
    }

    @Test
    void tellsListenersWhenItBeginsAndWhenItIsDone() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        engine.session().addListener(new SessionListener() {
            @Override
            public void upgrading(TransportName transport) {
                heard.add("upgrading to " + transport);
            }

            @Override
            public void upgrade(TransportName transport) {
                heard.add("upgraded to " + transport);
            }
        });
        RawWebSocket webSocket = probe(polling);

        webSocket.text("2probe").readText();
        assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("upgrading to WEBSOCKET");
        assertThat(heard).isEmpty();

        webSocket.text("5");
        assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("upgraded to WEBSOCKET");
    }

    @Test
    void releasesAPollThatIsHeldWhenTheProbeComes() {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        RawWebSocket webSocket = probe(polling);

        long probed = System.nanoTime();
        webSocket.text("2probe").readText();

        assertThat(polling.readPoll()).hasToString("200 6");
        assertThat(System.nanoTime() - probed).as("no sooner than with Node").isGreaterThan(99_000_000);
        assertThat(polling.poll()).as("the next one too").hasToString("200 6");
    }

    @Test
    void carriesMessagesByPollingUntilTheUpgradePacket() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling);
        webSocket.text("2probe").readText();

        polling.post("4up");
        engine.session().send(text("down"));

        assertThat(polling.poll()).hasToString("200 4up\u001e4down");
        assertThat(webSocket.isQuiet()).isTrue();
    }

    @Test
    void sendsWhatStillWaitsOverTheWebSocketInOrder() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling);
        EngineSession session = engine.session();
        webSocket.text("2probe").readText();
        session.send(text("one"));
        session.send(EngineExtension.binary(2));
        session.send(text("three"));

        webSocket.text("5").text("4four");

        assertThat(webSocket.readText()).isEqualTo("4one");
        assertThat(webSocket.readBinary()).containsExactly(2);
        assertThat(webSocket.readText()).isEqualTo("4three");
        assertThat(webSocket.readText()).isEqualTo("4four");
    }

    @Test
    void refusesPollingAfterTheUpgrade() {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = upgraded(polling);

        assertThat(polling.poll()).hasToString(BAD_REQUEST);
        assertThat(polling.post("4hello")).hasToString(BAD_REQUEST);
        assertThat(webSocket.text("4still there").readText()).isEqualTo("4still there");
    }

    @Test
    void endsAPollThatIsStillHeldAtTheUpgrade() {
        engine.start(options -> options.upgradeTimeout(Duration.ofSeconds(60)));
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling);
        webSocket.text("2probe").readText();
        polling.sendPoll();

        webSocket.text("5").text("4hello");

        assertThat(webSocket.readText()).isEqualTo("4hello");
        assertThat(polling.readPoll().status()).as("noop or refusal").isIn(200, 400);
    }

    @Test
    void turnsASecondWebSocketAwayAfterTheUpgrade() {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = upgraded(polling);

        RawWebSocket second = probe(polling);

        assertThat(second.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(webSocket.text("4still there").readText()).isEqualTo("4still there");
    }

    @Test
    void turnsASecondProbeAwayWhileThereIsOne() {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket first = probe(polling);
        first.text("2probe").readText();

        RawWebSocket second = probe(polling);

        assertThat(second.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(first.text("5").text("4hello").readText()).isEqualTo("4hello");
    }

    @Test
    void turnsAProbeAwayFromASessionThatStartedAsWebSocket() {
        engine.start();
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET);
        String sid = RawPolling.sid(webSocket.readText());

        RawWebSocket second = engine.webSocket(WEBSOCKET + "&sid=" + sid);

        assertThat(second.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(webSocket.text("4still there").readText()).isEqualTo("4still there");
        assertThat(engine.hasNoEnd()).isTrue();
    }

    @Test
    void refusesProbesIfUpgradesAreOff() {
        engine.start(options -> options.allowUpgrades(false));
        RawPolling polling = engine.polling();

        RawHttp http = engine.http().sendUpgrade(WEBSOCKET + "&sid=" + polling.sid());

        assertThat(http.read()).hasToString("400 Bad request");
        assertAlive(polling);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "2", "2other", "2probe2", "3probe", "5", "6", "1", "abc", ""})
    void goesOnWithPollingIfTheProbeStartsWithAnythingElse(String packet) {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling).text(packet);

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertAlive(polling);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "2probe", "2", "3", "1", "abc", ""})
    void goesOnWithPollingIfAnythingButTheUpgradeFollows(String packet) {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling).text("2probe");
        webSocket.readText();

        webSocket.text(packet);

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertAlive(polling);
    }

    @Test
    void goesOnWithPollingIfTheWebSocketBreaksTheProtocol() {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling).text("2probe");
        webSocket.readText();

        webSocket.frame(true, 0, WebSocketFrame.TEXT, new byte[] {'5'}, false);

        assertThat(webSocket.readClose()).isEqualTo(1002);
        assertAlive(polling);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnWithPollingIfTheWebSocketEnds(boolean properly) {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling).text("2probe");
        webSocket.readText();

        if (properly) {
            webSocket.closeFrame(1000).read();
        }
        webSocket.close();

        assertAlive(polling);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnWithPollingIfTheUpgradeTakesTooLong(boolean probed) {
        engine.start(options -> options.upgradeTimeout(Duration.ofMillis(100)));
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling);
        if (probed) {
            webSocket.text("2probe").readText();
        }

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertAlive(polling);
    }

    @Test
    void upgradesAfterAnAttemptThatFailed() {
        engine.start();
        RawPolling polling = engine.polling();
        probe(polling).text("abc").readClose();

        RawWebSocket webSocket = upgraded(polling);

        assertThat(webSocket.text("4hello").readText()).isEqualTo("4hello");
    }

    @Test
    void holdsPollsAgainAfterAnAttemptThatFailed() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling).text("2probe");
        webSocket.readText();
        webSocket.text("abc").readClose();
        polling.sendPoll();
        boolean quiet = polling.polls().isQuiet();

        engine.session().send(text("late"));

        assertThat(quiet).isTrue();
        assertThat(polling.readPoll()).hasToString("200 4late");
    }

    @Test
    void closesTheProbeOfASessionThatEnds() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        RawWebSocket webSocket = probe(polling).text("2probe");
        webSocket.readText();

        polling.post("1");

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_CLOSE, ""));
    }

    @Test
    void pingsOverTheWebSocketAfterTheUpgrade() {
        engine.start(options -> options.pingInterval(Duration.ofMillis(150)));
        RawWebSocket webSocket = probe(engine.polling());
        webSocket.text("2probe").readText();

        webSocket.text("5");

        assertThat(webSocket.readText()).isEqualTo("2");
        assertThat(webSocket.text("3").readText()).isEqualTo("2");
    }

    @Test
    void losesAndRepeatsAndReordersNothingUnderLoad() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        EngineSession session = engine.session();
        int count = 10_000;
        // However fast it is, there is something to send in each stage.
        Semaphore stages = new Semaphore(0);
        Thread sender = new Thread(() -> IntStream.range(0, count).forEach(i -> {
            if (i % (count / 4) == 0) {
                stages.acquireUninterruptibly();
            }
            session.send(text("" + i));
        }));
        sender.setDaemon(true);
        sender.start();
        List<String> received = new ArrayList<>();
        stages.release();
        received.addAll(packets(polling));
        stages.release();
        received.addAll(packets(polling));
        RawWebSocket webSocket = probe(polling);
        webSocket.text("2probe").readText();
        stages.release();
        received.addAll(packets(polling));

        stages.release();
        webSocket.text("5");
        while (received.size() < count) {
            received.add(webSocket.readText());
        }

        sender.join();
        assertThat(received)
                .isEqualTo(IntStream.range(0, count).mapToObj(i -> "4" + i).toList());
    }

    private List<String> packets(RawPolling polling) {
        return Arrays.stream(polling.poll().text().split("\u001e", -1))
                .filter(packet -> !packet.equals("6"))
                .toList();
    }

    private RawWebSocket probe(RawPolling polling) {
        return engine.webSocket(WEBSOCKET + "&sid=" + polling.sid());
    }

    private RawWebSocket upgraded(RawPolling polling) {
        RawWebSocket webSocket = probe(polling);
        webSocket.text("2probe").readText();
        webSocket.text("5").text("4upgraded");
        assertThat(webSocket.readText()).isEqualTo("4upgraded");
        return webSocket;
    }

    private void assertAlive(RawPolling polling) {
        assertThat(polling.post("4still there")).hasToString("200 ok");
        assertThat(polling.poll()).hasToString("200 4still there");
        assertThat(engine.hasNoEnd()).isTrue();
    }
}
