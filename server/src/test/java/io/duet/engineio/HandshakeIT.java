package io.duet.engineio;

import static io.duet.engineio.EngineExtension.POLLING;
import static io.duet.engineio.EngineExtension.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawHttp;
import io.duet.wire.RawHttpResponse;
import io.duet.wire.RawPolling;
import io.duet.wire.RawWebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How sessions open: the open packet, the path, the cookie. */
final class HandshakeIT {
    private static final String SID = "[A-Za-z0-9_-]{20}";

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @Test
    void opensOverPolling() {
        engine.start();

        RawHttpResponse answer = engine.http().get(POLLING);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).hasValue("text/plain; charset=UTF-8");
        assertThat(answer.header("cache-control")).hasValue("no-store");
        assertThat(answer.header("set-cookie")).isEmpty();
        assertThat(answer.text())
                .matches("0\\{\"sid\":\"" + SID + "\",\"upgrades\":\\[\"websocket\"\\],"
                        + "\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000\\}");
    }

    @Test
    void opensOverWebSocket() {
        engine.start();

        RawWebSocket webSocket = engine.webSocket(WEBSOCKET);

        assertThat(webSocket.handshake().header("sec-websocket-accept")).hasValue("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(webSocket.handshake().header("upgrade")).hasValue("websocket");
        assertThat(webSocket.handshake().header("sec-websocket-extensions")).isEmpty();
        assertThat(webSocket.handshake().header("sec-websocket-protocol")).isEmpty();
        assertThat(webSocket.readText())
                .matches("0\\{\"sid\":\"" + SID + "\",\"upgrades\":\\[\\],"
                        + "\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000\\}");
    }

    @ParameterizedTest
    @CsvSource({"chat, chat", "'v2.chat, v1.chat', v2.chat", "'b,\ta', b"})
    void choosesTheFirstSubprotocol(String offered, String chosen) {
        engine.start();

        RawWebSocket webSocket = engine.webSocket(WEBSOCKET, "Sec-WebSocket-Protocol: " + offered);

        assertThat(webSocket.handshake().header("sec-websocket-protocol")).hasValue(chosen);
    }

    @Test
    void announcesWhatIsConfigured() {
        engine.start(options -> options.pingInterval(Duration.ofMillis(1300))
                .pingTimeout(Duration.ofMillis(1200))
                .maxHttpBufferSize(4321));

        String open = engine.polling().openPacket();

        assertThat(open).endsWith("\"pingInterval\":1300,\"pingTimeout\":1200,\"maxPayload\":4321}");
    }

    @Test
    void announcesNoUpgradeIfUpgradesAreOff() {
        engine.start(options -> options.allowUpgrades(false));

        assertThat(engine.polling().openPacket()).contains("\"upgrades\":[]");
    }

    @Test
    void announcesNoUpgradeToADisabledTransport() {
        engine.start(options -> options.transports(TransportName.POLLING));

        assertThat(engine.polling().openPacket()).contains("\"upgrades\":[]");
    }

    @Test
    void makesEverySessionAnIdOfItsOwn() {
        engine.start();
        RawHttp http = engine.http();

        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            ids.add(RawPolling.sid(http.get(POLLING).text()));
        }

        assertThat(ids).hasSize(50);
        assertThat(engine.clientsCount()).isEqualTo(50);
    }

    @Test
    void takesNoIdFromTheClient() {
        engine.start();
        String known = engine.polling().sid();

        RawHttpResponse answer = engine.http().get(POLLING + "&sid=", "Cookie: io=" + known);

        assertThat(RawPolling.sid(answer.text())).isNotEqualTo(known);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/engine.io?EIO=4&transport=polling", "/engine.iox/?EIO=4&transport=polling", "/?EIO=4", "/other"
            })
    void leavesOtherPathsToTheApplication(String target) {
        engine.start();

        RawHttpResponse answer = engine.http().get(target);

        assertThat(answer).hasToString("404 ");
        assertThat(answer.header("content-length")).hasValue("0");
    }

    @ParameterizedTest
    @CsvSource({"/engine.io, 200", "/engine.io/, 200", "/engine.io/more/of/it, 200", "/engine, 404"})
    void servesThePathWithoutSlashIfToldSo(String path, int status) {
        engine.start(options -> options.addTrailingSlash(false));

        assertThat(engine.http().get(path + "?EIO=4&transport=polling").status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/chat", "/chat/"})
    void servesTheConfiguredPath(String path) {
        engine.start(options -> options.path(path));

        assertThat(engine.http().get("/chat/?EIO=4&transport=polling").status()).isEqualTo(200);
        assertThat(engine.http().get(POLLING).status()).isEqualTo(404);
    }

    @Test
    void handsRequestsOutsideThePathOverWithTheirBody() {
        engine.start(
                options -> {},
                (request, body) -> CompletableFuture.supplyAsync(() -> HttpReply.of(
                        201,
                        "text/plain",
                        request.method() + " " + request.path() + " " + new String(body, StandardCharsets.UTF_8))));
        RawHttp http = engine.http();

        RawHttpResponse post = http.post("/things?a=b", "the body");
        RawHttpResponse get = http.get("/things");

        assertThat(post).hasToString("201 POST /things the body");
        assertThat(get).hasToString("201 GET /things ");
    }

    @Test
    void answers500IfTheApplicationFails() {
        engine.start(
                options -> {}, (request, body) -> CompletableFuture.failedFuture(new IllegalStateException("boom")));

        assertThat(engine.http().get("/things")).hasToString("500 ");
    }

    @Test
    void answersUpgradesOutsideThePath() {
        engine.start();

        RawHttpResponse answer = engine.http().sendUpgrade("/other").read();

        assertThat(answer).hasToString("404 ");
    }

    @Test
    void setsTheCookieOnTheFirstAnswerOnly() {
        engine.start(options -> options.cookie(CookieOptions.DEFAULT));
        RawHttp http = engine.http();

        RawHttpResponse open = http.get(POLLING);
        RawHttpResponse post = http.post(POLLING + "&sid=" + RawPolling.sid(open.text()), "4hello");
        RawHttpResponse poll = http.get(POLLING + "&sid=" + RawPolling.sid(open.text()));

        assertThat(open.header("set-cookie"))
                .hasValue("io=" + RawPolling.sid(open.text()) + "; Path=/; HttpOnly; SameSite=Lax");
        assertThat(post.header("set-cookie")).isEmpty();
        assertThat(poll.header("set-cookie")).isEmpty();
    }

    @Test
    void setsTheCookieOfAWebSocketOnItsHandshake() {
        engine.start(options -> options.cookie(new CookieOptions("node", "Path=/chat; Secure")));

        RawWebSocket webSocket = engine.webSocket(WEBSOCKET);

        assertThat(webSocket.handshake().header("set-cookie"))
                .hasValue("node=" + RawPolling.sid(webSocket.readText()) + "; Path=/chat; Secure");
    }

    @Test
    void setsNoCookieOnErrors() {
        engine.start(options -> options.cookie(CookieOptions.DEFAULT));

        assertThat(engine.http().get("/engine.io/?EIO=4").header("set-cookie")).isEmpty();
    }
}
