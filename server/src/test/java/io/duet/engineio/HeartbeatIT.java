package io.duet.engineio;

import static io.duet.engineio.EngineExtension.WEBSOCKET_V3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.engineio.EngineExtension.End;
import io.duet.wire.RawPolling;
import io.duet.wire.RawWebSocket;
import io.duet.wire.WebSocketFrame;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pings, pongs and what happens without them. Lower bounds of times are exact, as seen from here: taken before what starts them is sent.
 * There are no upper bounds but those of the clients' patience.
 */
final class HeartbeatIT {
    private static final long INTERVAL_MILLIS = 150;
    private static final long TIMEOUT_MILLIS = 200;

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    private long startNanos;

    @Test
    void pingsAWebSocketAnIntervalAfterEachPong() {
        start();
        RawWebSocket webSocket = engine.webSocket();

        for (int i = 0; i < 3; i++) {
            assertThat(webSocket.readText()).isEqualTo("2");
            assertThat(elapsedMillis()).isGreaterThanOrEqualTo(INTERVAL_MILLIS);
            restart();
            webSocket.text("3");
        }
        assertThat(engine.hasNoEnd()).isTrue();
    }

    @Test
    void pingsOverPolling() {
        start();
        RawPolling polling = engine.polling();

        for (int i = 0; i < 3; i++) {
            assertThat(polling.poll()).hasToString("200 2");
            assertThat(elapsedMillis()).isGreaterThanOrEqualTo(INTERVAL_MILLIS);
            restart();
            polling.post("3");
        }
        assertThat(engine.hasNoEnd()).isTrue();
    }

    @Test
    void countsTheIntervalFromThePongOn() {
        start();
        RawWebSocket webSocket = engine.webSocket();
        webSocket.readText();
        pass(TIMEOUT_MILLIS / 2);
        restart();
        webSocket.text("3");

        assertThat(webSocket.readText()).isEqualTo("2");
        assertThat(elapsedMillis()).isGreaterThanOrEqualTo(INTERVAL_MILLIS);
    }

    @Test
    void closesAWebSocketThatDoesNotAnswer() throws InterruptedException {
        start();
        RawWebSocket webSocket = engine.webSocket();

        assertThat(webSocket.readText()).isEqualTo("2");
        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(elapsedMillis()).isGreaterThanOrEqualTo(INTERVAL_MILLIS + TIMEOUT_MILLIS);
        assertThat(engine.end()).isEqualTo(new End(CloseReason.PING_TIMEOUT, ""));
    }

    @Test
    void closesAPollingSessionThatDoesNotAnswer() throws InterruptedException {
        start();
        RawPolling polling = engine.polling();

        assertThat(polling.poll()).hasToString("200 2");
        assertThat(polling.poll()).hasToString("200 1");
        assertThat(elapsedMillis()).isGreaterThanOrEqualTo(INTERVAL_MILLIS + TIMEOUT_MILLIS);
        assertThat(engine.end()).isEqualTo(new End(CloseReason.PING_TIMEOUT, ""));
        assertThat(polling.poll().status()).isEqualTo(400);
    }

    @Test
    void closesAPollingSessionThatIsGone() throws InterruptedException {
        start();
        engine.polling();

        assertThat(engine.end()).isEqualTo(new End(CloseReason.PING_TIMEOUT, ""));
        assertThat(elapsedMillis()).isGreaterThanOrEqualTo(INTERVAL_MILLIS + TIMEOUT_MILLIS);
    }

    @Test
    void waitsOnceMoreForAClientThatSendsSomethingElse() throws InterruptedException {
        start();
        RawWebSocket webSocket = engine.webSocket();
        webSocket.readText();
        pass(TIMEOUT_MILLIS / 2);
        restart();
        webSocket.text("4busy");

        assertThat(webSocket.readText()).isEqualTo("4busy");
        assertThat(engine.end()).isEqualTo(new End(CloseReason.PING_TIMEOUT, ""));
        assertThat(elapsedMillis()).isGreaterThanOrEqualTo(TIMEOUT_MILLIS);
    }

    @Test
    void doesNotWaitForeverForAClientThatSendsOtherThings() {
        start();
        RawWebSocket webSocket = engine.webSocket();
        webSocket.readText();

        await().pollInterval(Duration.ofMillis(TIMEOUT_MILLIS / 8)).until(() -> {
            webSocket.text("4busy");
            return !engine.hasNoEnd();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "2probe"})
    void closesUponAPingOfTheClient(String ping) throws InterruptedException {
        engine.start();
        RawWebSocket webSocket = engine.webSocket().text(ping);

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction"));
    }

    @Test
    void closesUponAPingOfTheClientOverPolling() throws InterruptedException {
        engine.start();

        engine.polling().post("2");

        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction"));
    }

    @Test
    void ignoresAPongThatNobodyAskedFor() {
        engine.start();

        assertThat(engine.webSocket().text("3").text("4hello").readText()).isEqualTo("4hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "2data"})
    void answersPingsOfRevision3(String ping) {
        engine.start(options -> options.allowEIO3(true));
        RawWebSocket webSocket = v3();

        assertThat(webSocket.text(ping).readText()).isEqualTo("3" + ping.substring(1));
    }

    @Test
    void keepsASessionOfRevision3ThatPings() {
        start();
        RawWebSocket webSocket = v3();

        await().pollInterval(Duration.ofMillis(INTERVAL_MILLIS)).until(() -> {
            assertThat(webSocket.text("2").readText()).isEqualTo("3");
            return elapsedMillis() > 2 * (INTERVAL_MILLIS + TIMEOUT_MILLIS);
        });
        assertThat(engine.hasNoEnd()).isTrue();
    }

    @Test
    void closesASessionOfRevision3ThatDoesNotPing() throws InterruptedException {
        start();
        RawWebSocket webSocket = v3();

        assertThat(webSocket.readClose()).as("no ping of ours before").isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(elapsedMillis()).isGreaterThanOrEqualTo(INTERVAL_MILLIS + TIMEOUT_MILLIS);
        assertThat(engine.end()).isEqualTo(new End(CloseReason.PING_TIMEOUT, ""));
    }

    @Test
    void closesUponAPongOfRevision3() throws InterruptedException {
        engine.start(options -> options.allowEIO3(true));
        RawWebSocket webSocket = v3().text("3");

        assertThat(webSocket.readClose()).isEqualTo(WebSocketFrame.NO_STATUS);
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction"));
    }

    private void start() {
        engine.start(options -> options.allowEIO3(true)
                .pingInterval(Duration.ofMillis(INTERVAL_MILLIS))
                .pingTimeout(Duration.ofMillis(TIMEOUT_MILLIS)));
        restart();
    }

    private RawWebSocket v3() {
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET_V3);
        webSocket.readText();
        return webSocket;
    }

    private void restart() {
        startNanos = System.nanoTime();
    }

    private long elapsedMillis() {
        return Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
    }

    /** Lets time pass: what is tested is time itself. */
    private static void pass(long millis) {
        long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        await().until(() -> System.nanoTime() >= end);
    }
}
