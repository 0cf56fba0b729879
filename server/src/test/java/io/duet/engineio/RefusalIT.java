package io.duet.engineio;

import static io.duet.engineio.EngineExtension.POLLING;
import static io.duet.engineio.EngineExtension.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawHttp;
import io.duet.wire.RawHttpResponse;
import io.duet.wire.RawPolling;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers to requests that open no session and reach none, and which fault is named if there are several. */
final class RefusalIT {
    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @CsvSource({
        "GET, ?EIO=4, 0, Transport unknown, {transport=}",
        "GET, ?EIO=4&transport=, 0, Transport unknown, {transport=}",
        "GET, ?EIO=4&transport=abc, 0, Transport unknown, {transport=abc}",
        "GET, ?EIO=4&transport=Polling, 0, Transport unknown, {transport=Polling}",
        "GET, ?EIO=4&transport=constructor, 0, Transport unknown, {transport=constructor}",
        "GET, ?EIO=4&transport=webtransport, 0, Transport unknown, {transport=webtransport}",
        "GET, ?EIO=4&transport=polling&sid=unknown, 1, Session ID unknown, {}",
        "POST, ?EIO=4&transport=polling&sid=unknown, 1, Session ID unknown, {}",
        "POST, ?EIO=4&transport=polling, 2, Bad handshake method, {method=POST}",
        "PUT, ?EIO=4&transport=polling, 2, Bad handshake method, {method=PUT}",
        "OPTIONS, ?EIO=4&transport=polling, 2, Bad handshake method, {method=OPTIONS}",
        "GET, ?EIO=4&transport=websocket, 3, Bad request, {name=TRANSPORT_HANDSHAKE_ERROR}",
        "GET, ?transport=polling, 5, Unsupported protocol version, {protocol=3}",
        "GET, ?EIO=3&transport=polling, 5, Unsupported protocol version, {protocol=3}",
        "GET, ?EIO=5&transport=polling, 5, Unsupported protocol version, {protocol=3}",
        "GET, ?EIO=abc&transport=polling, 5, Unsupported protocol version, {protocol=3}"
    })
    void answersPlainRequestsWithCodeAndMessage(String method, String query, int code, String message, String context)
            throws InterruptedException {
        engine.start();
        RawHttp http = engine.http();

        RawHttpResponse answer = http.request(method, "/engine.io/" + query, "");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).isEqualTo("{\"code\":" + code + ",\"message\":\"" + message + "\"}");
        assertThat(answer.header("content-type")).hasValue("application/json");
        assertThat(answer.headerMap().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        ConnectionError told = assertTold(code, message, context);
        assertThat(told.request().method()).isEqualTo(method);
        assertThat(told.request().url()).isEqualTo("/engine.io/" + query);
        assertThat(http.get(POLLING).status())
                .as("next request on this connection")
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "?EIO=4, 0, Transport unknown, {transport=}",
        "?EIO=4&transport=abc, 0, Transport unknown, {transport=abc}",
        "?EIO=4&transport=websocket&sid=unknown, 1, Session ID unknown, {}",
        "?EIO=4&transport=polling, 3, Bad request, {name=TRANSPORT_HANDSHAKE_ERROR}",
        "?transport=websocket, 5, Unsupported protocol version, {protocol=3}",
        "?EIO=abc&transport=websocket, 5, Unsupported protocol version, {protocol=3}",
        "?EIO=3&transport=websocket, 5, Unsupported protocol version, {protocol=3}"
    })
    void refusesUpgradesBeforeTheyAreMade(String query, int code, String message, String context)
            throws InterruptedException {
        engine.start();
        RawHttp http = engine.http();

        RawHttpResponse answer = http.sendUpgrade("/engine.io/" + query).read();

        assertRefusedUpgrade(http, answer, message);
        assertThat(assertTold(code, message, context).request().url()).isEqualTo("/engine.io/" + query);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: c2hvcnQ="})
    void refusesUpgradesThatAreNoWebSocketOfVersion13(String header) throws InterruptedException {
        engine.start();
        RawHttp http = engine.http();
        boolean isKey = header.startsWith("Sec-WebSocket-Key");

        RawHttpResponse answer = http.sendGet(
                        WEBSOCKET,
                        "Connection: keep-alive, Upgrade",
                        "Upgrade: websocket",
                        header,
                        isKey ? "Sec-WebSocket-Version: 13" : "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                .read();

        assertRefusedUpgrade(http, answer, "Bad request");
        assertTold(3, "Bad request", "{name=TRANSPORT_HANDSHAKE_ERROR}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "a,", ",a", "a,,b", "a, a", "a b", "a;b", "a, \"b\"", "\u00e4"})
    void refusesUpgradesWithAMalformedListOfSubprotocols(String offered) throws InterruptedException {
        engine.start();
        RawHttp http = engine.http();

        RawHttpResponse answer = http.sendUpgrade(WEBSOCKET, "Sec-WebSocket-Protocol: " + offered)
                .read();

        assertRefusedUpgrade(http, answer, "Bad request");
        assertTold(3, "Bad request", "{name=TRANSPORT_HANDSHAKE_ERROR}");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, ?transport=abc&sid=unknown, 0",
        "PUT, ?transport=polling&sid=unknown, 1",
        "POST, ?transport=websocket, 2",
        "GET, ?transport=websocket, 3",
        "GET, ?transport=polling, 4"
    })
    void namesTheFirstFaultInTheOrderOfTheReference(String method, String query, int code) {
        engine.start(options ->
                options.allowRequest(request -> CompletableFuture.completedFuture(RequestGate.Decision.refuse(""))));

        RawHttpResponse answer = engine.http().request(method, "/engine.io/" + query, "");

        assertThat(answer.text()).startsWith("{\"code\":" + code + ",");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesAnUpgradeOfASessionThatMayNotBeMade(boolean allowed) throws InterruptedException {
        engine.start(options -> options.allowUpgrades(allowed));
        String target = allowed ? POLLING : WEBSOCKET;
        RawHttp http = engine.http();

        RawHttpResponse answer =
                http.sendUpgrade(target + "&sid=" + engine.polling().sid()).read();

        assertRefusedUpgrade(http, answer, "Bad request");
        assertTold(3, "Bad request", "{name=TRANSPORT_HANDSHAKE_ERROR}");
    }

    /** As Node's parser does; its engine has a word for it, INVALID_ORIGIN, that such a request never gets as far as. */
    @ParameterizedTest
    @ValueSource(strings = {"a\u0001b", "a\u007Fb"})
    void refusesAnOriginThatIsNoHeaderTextWithoutLookingAtTheRest(String origin) {
        engine.start();
        RawHttp http = engine.http();

        RawHttpResponse answer = http.get("/engine.io/?EIO=4&transport=abc&sid=unknown", "Origin: " + origin);

        assertThat(answer).hasToString("400 ");
        assertThat(http.isClosedByServer()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesWhatAMiddlewareRefuses(boolean thrown) throws InterruptedException {
        engine.start();
        engine.use((request, response, next) -> {
            if (thrown) {
                throw new IllegalStateException("expected by this test");
            }
            next.fail("expected by this test");
        });
        RawHttp http = engine.http();

        assertThat(http.get(POLLING)).hasToString("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertTold(3, "Bad request", "{name=MIDDLEWARE_FAILURE}");
        assertRefusedUpgrade(http, http.sendUpgrade(WEBSOCKET).read(), "Bad request");
        assertTold(3, "Bad request", "{name=MIDDLEWARE_FAILURE}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesSessionsWithoutAnId(boolean thrown) throws InterruptedException {
        engine.start(options -> options.generateId(request -> {
            if (thrown) {
                throw new IllegalStateException("secret");
            }
            return CompletableFuture.failedFuture(new IllegalStateException("secret"));
        }));
        RawHttp http = engine.http();

        assertThat(http.get(POLLING)).hasToString("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertTold(3, "Bad request", "{name=ID_GENERATION_ERROR}");
        assertRefusedUpgrade(http, http.sendUpgrade(WEBSOCKET).read(), "Bad request");
        assertTold(3, "Bad request", "{name=ID_GENERATION_ERROR}");
    }

    @Test
    void refusesASecondSessionWithAnId() throws InterruptedException {
        engine.start(options -> options.generateId(request -> CompletableFuture.completedFuture("chosen")));
        engine.polling();

        RawHttpResponse answer = engine.http().get(POLLING);

        assertThat(answer).hasToString("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertTold(3, "Bad request", "{name=ID_GENERATION_ERROR}");
    }

    @Test
    void refusesAnotherTransportThanThatOfTheSession() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();

        RawHttpResponse answer = engine.http().get(WEBSOCKET + "&sid=" + polling.sid());

        assertThat(answer).hasToString("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertTold(3, "Bad request", "{name=TRANSPORT_MISMATCH, previousTransport=polling, transport=websocket}");
        assertThat(polling.post("4still there")).hasToString("200 ok");
    }

    @Test
    void refusesPollingOfAWebSocketSession() throws InterruptedException {
        engine.start();
        var webSocket = engine.webSocket(WEBSOCKET);
        String sid = RawPolling.sid(webSocket.readText());

        RawHttpResponse answer = engine.http().get(POLLING + "&sid=" + sid);

        assertThat(answer).hasToString("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertTold(3, "Bad request", "{name=TRANSPORT_MISMATCH, previousTransport=websocket, transport=polling}");
        assertThat(webSocket.text("4still there").readText()).isEqualTo("4still there");
    }

    @ParameterizedTest
    @CsvSource({"POLLING, true", "POLLING, false", "WEBSOCKET, true", "WEBSOCKET, false"})
    void refusesATransportThatIsDisabled(TransportName enabled, boolean upgrade) {
        engine.start(options -> options.transports(enabled));
        boolean polling = enabled == TransportName.POLLING;
        RawHttp http = engine.http();
        String disabled = polling ? WEBSOCKET : POLLING;

        RawHttpResponse answer = (upgrade ? http.sendUpgrade(disabled) : http.sendGet(disabled)).read();

        assertThat(answer)
                .hasToString(upgrade ? "400 Transport unknown" : "400 {\"code\":0,\"message\":\"Transport unknown\"}");
    }

    @ParameterizedTest
    @CsvSource({"'', Forbidden", "no token, no token", "say \"please\", say \\\"please\\\""})
    void refusesWhatTheGateRefusesWithItsMessage(String message, String told) throws InterruptedException {
        engine.start(options -> options.allowRequest(
                request -> CompletableFuture.completedFuture(RequestGate.Decision.refuse(message))));

        RawHttpResponse answer = engine.http().get(POLLING);

        assertThat(answer).hasToString("403 {\"code\":4,\"message\":\"" + told + "\"}");
        assertThat(answer.header("content-type")).hasValue("application/json");
        assertTold(4, message.isEmpty() ? "Forbidden" : message, "{message=" + message + "}");
    }

    @Test
    void refusesAnUpgradeThatTheGateRefusesWith400() throws InterruptedException {
        engine.start(options -> options.allowRequest(
                request -> CompletableFuture.completedFuture(RequestGate.Decision.refuse("no token"))));
        RawHttp http = engine.http();

        RawHttpResponse answer = http.sendUpgrade(WEBSOCKET).read();

        assertRefusedUpgrade(http, answer, "no token");
        assertTold(4, "no token", "{message=no token}");
    }

    @Test
    void waitsForAGateThatDecidesLaterOnAnotherThread() {
        CompletableFuture<RequestGate.Decision> decision = new CompletableFuture<>();
        engine.start(options -> options.allowRequest(request -> decision));
        RawHttp plain = engine.http().sendGet(POLLING);
        RawHttp upgrade = engine.http().sendUpgrade(WEBSOCKET);
        boolean quiet = plain.isQuiet() && upgrade.isQuiet();

        decision.complete(RequestGate.Decision.refuse("too late"));

        assertThat(quiet).as("nothing answered before the decision").isTrue();
        assertThat(plain.read()).hasToString("403 {\"code\":4,\"message\":\"too late\"}");
        assertRefusedUpgrade(upgrade, upgrade.read(), "too late");
    }

    @Test
    void opensSessionsThatTheGateAllowsLaterOnAnotherThread() {
        CompletableFuture<RequestGate.Decision> decision = new CompletableFuture<>();
        engine.start(options -> options.allowRequest(request -> decision));
        RawHttp plain = engine.http().sendGet(POLLING);
        RawHttp upgrade = engine.http().sendUpgrade(WEBSOCKET);
        boolean quiet = plain.isQuiet() && upgrade.isQuiet();

        decision.complete(RequestGate.Decision.allow());

        assertThat(quiet).as("nothing answered before the decision").isTrue();
        assertThat(plain.read().text()).startsWith("0{");
        assertThat(upgrade.read().status()).isEqualTo(101);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void doesNotTellWhyAGateFailed(boolean thrown) throws InterruptedException {
        engine.start(options -> options.allowRequest(request -> {
            if (thrown) {
                throw new IllegalStateException("secret");
            }
            return CompletableFuture.failedFuture(new IllegalStateException("secret"));
        }));

        RawHttpResponse answer = engine.http().get(POLLING);

        assertThat(answer).hasToString("403 {\"code\":4,\"message\":\"Forbidden\"}");
        assertTold(4, "Forbidden", "{}");
    }

    @Test
    void asksTheGateForHandshakesOnly() {
        AtomicInteger asked = new AtomicInteger();
        engine.start(options -> options.allowRequest(request -> {
            asked.incrementAndGet();
            return CompletableFuture.completedFuture(RequestGate.Decision.allow());
        }));
        RawPolling polling = engine.polling();

        polling.post("4hello");
        polling.poll();
        engine.http().get(POLLING + "&sid=unknown");
        engine.http().post(POLLING, "");

        assertThat(asked).hasValue(1);
    }

    @Test
    void showsTheGateTheRequest() {
        CompletableFuture<EngineRequest> seen = new CompletableFuture<>();
        engine.start(options -> options.allowRequest(request -> {
            seen.complete(request);
            return CompletableFuture.completedFuture(RequestGate.Decision.allow());
        }));

        engine.http().get(POLLING + "&token=a%20b&token=c", "X-Tag: one", "X-Tag: two", "Cookie: a=1", "Cookie: b=2");

        EngineRequest request = seen.join();
        assertThat(request.url()).isEqualTo(POLLING + "&token=a%20b&token=c");
        assertThat(request.query()).containsEntry("token", "c").containsEntry("EIO", "4");
        assertThat(request.headers()).containsEntry("x-tag", "one, two").containsEntry("cookie", "a=1; b=2");
        assertThat(request.address()).isEqualTo("127.0.0.1");
        assertThat(request.secure()).isFalse();
    }

    /** What listeners heard of the next refusal; its context with sorted names. */
    private ConnectionError assertTold(int code, String message, String context) throws InterruptedException {
        ConnectionError told = engine.refusal();
        assertThat(told.error().code()).isEqualTo(code);
        assertThat(told.message()).isEqualTo(message);
        assertThat(new TreeMap<>(told.context())).hasToString(context);
        return told;
    }

    private static void assertRefusedUpgrade(RawHttp http, RawHttpResponse answer, String message) {
        assertThat(answer).hasToString("400 " + message);
        assertThat(answer.header("connection"))
                .hasValueSatisfying(value -> assertThat(value).isEqualToIgnoringCase("close"));
        assertThat(answer.header("content-type")).hasValue("text/html");
        assertThat(http.isClosedByServer()).isTrue();
    }
}
