package io.duet.engineio;

import static io.duet.engineio.EngineExtension.POLLING;
import static io.duet.engineio.EngineExtension.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.wire.RawHttpResponse;
import io.duet.wire.RawPolling;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cross-origin access, with the headers of the {@code cors} npm package. */
final class CorsIT {
    private static final String FRIEND = "https://friend.example";
    private static final String OTHER_FRIEND = "https://other.example";
    private static final String STRANGER = "https://stranger.example";

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @Test
    void saysNothingIfItIsOff() {
        engine.start();

        RawHttpResponse open = engine.http().get(POLLING, origin(FRIEND));
        RawHttpResponse preflight = engine.http().request("OPTIONS", POLLING, "", origin(FRIEND));

        assertThat(corsHeaders(open)).isEmpty();
        assertThat(preflight).hasToString("400 {\"code\":2,\"message\":\"Bad handshake method\"}");
        assertThat(corsHeaders(preflight)).isEmpty();
    }

    @Test
    void allowsAnyOriginByALiteralStar() {
        engine.start(options -> options.cors(CorsOptions.anyOrigin().build()));

        RawHttpResponse open = engine.http().get(POLLING, origin(FRIEND));

        assertThat(corsHeaders(open)).isEqualTo(Map.of("access-control-allow-origin", "*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {FRIEND, STRANGER})
    void announcesASingleOriginWhoeverAsks(String asking) {
        engine.start(options -> options.cors(CorsOptions.origins(FRIEND).build()));

        RawHttpResponse open = engine.http().get(POLLING, origin(asking));

        assertThat(corsHeaders(open)).isEqualTo(Map.of("access-control-allow-origin", FRIEND, "vary", "Origin"));
    }

    @Test
    void echoesAnAllowedOriginOfAList() {
        engine.start(options ->
                options.cors(CorsOptions.origins(FRIEND, OTHER_FRIEND).build()));

        RawHttpResponse open = engine.http().get(POLLING, origin(OTHER_FRIEND));

        assertThat(corsHeaders(open)).isEqualTo(Map.of("access-control-allow-origin", OTHER_FRIEND, "vary", "Origin"));
    }

    @Test
    void servesAForeignOriginWithoutAllowingIt() {
        engine.start(options -> options.cors(
                CorsOptions.origins(FRIEND, OTHER_FRIEND).credentials(true).build()));

        RawHttpResponse open = engine.http().get(POLLING, origin(STRANGER));

        assertThat(open.status()).isEqualTo(200);
        assertThat(corsHeaders(open)).isEqualTo(Map.of("access-control-allow-credentials", "true", "vary", "Origin"));
    }

    @Test
    void findsOriginsByPattern() {
        engine.start(options ->
                options.cors(CorsOptions.origins(Pattern.compile("\\.example$")).build()));

        assertThat(allowed(FRIEND)).isEqualTo(FRIEND);
        assertThat(allowed("https://friend.example.org")).isEmpty();
    }

    @Test
    void findsOriginsByFunction() {
        engine.start(options -> options.cors(CorsOptions.origins(FRIEND::equals).build()));

        assertThat(allowed(FRIEND)).isEqualTo(FRIEND);
        assertThat(allowed(STRANGER)).isEmpty();
    }

    @Test
    void answersThePreflightOfAnAllowedOrigin() {
        engine.start(options ->
                options.cors(CorsOptions.origins(FRIEND, OTHER_FRIEND).build()));

        RawHttpResponse preflight = engine.http()
                .request(
                        "OPTIONS",
                        "/engine.io/?whatever",
                        "",
                        origin(FRIEND),
                        "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: x-token,content-type");

        assertThat(preflight).hasToString("204 ");
        assertThat(corsHeaders(preflight))
                .isEqualTo(Map.of(
                        "access-control-allow-origin", FRIEND,
                        "access-control-allow-methods", "GET,HEAD,PUT,PATCH,POST,DELETE",
                        "access-control-allow-headers", "x-token,content-type",
                        "vary", "Origin, Access-Control-Request-Headers"));
        assertThat(engine.clientsCount()).isZero();
    }

    @Test
    void answersThePreflightOfAForeignOriginWithoutAllowingIt() {
        engine.start(options ->
                options.cors(CorsOptions.origins(FRIEND, OTHER_FRIEND).build()));

        RawHttpResponse preflight = engine.http().request("OPTIONS", POLLING, "", origin(STRANGER));

        assertThat(preflight).hasToString("204 ");
        assertThat(preflight.header("access-control-allow-origin")).isEmpty();
        assertThat(preflight.header("access-control-allow-methods")).hasValue("GET,HEAD,PUT,PATCH,POST,DELETE");
    }

    @Test
    void answersPreflightsAsConfigured() {
        engine.start(options -> options.cors(CorsOptions.origins(FRIEND)
                .methods("GET", "POST")
                .allowedHeaders("x-token")
                .exposedHeaders("x-node", "x-zone")
                .credentials(true)
                .maxAge(Duration.ofMinutes(10))
                .preflightStatus(200)
                .build()));

        RawHttpResponse preflight = engine.http()
                .request("OPTIONS", POLLING, "", origin(FRIEND), "Access-Control-Request-Headers: x-other");

        assertThat(preflight).hasToString("200 ");
        assertThat(corsHeaders(preflight))
                .isEqualTo(Map.of(
                        "access-control-allow-origin", FRIEND,
                        "access-control-allow-methods", "GET,POST",
                        "access-control-allow-headers", "x-token",
                        "access-control-expose-headers", "x-node,x-zone",
                        "access-control-allow-credentials", "true",
                        "access-control-max-age", "600",
                        "vary", "Origin"));
    }

    @Test
    void keepsTheHeadersOnErrors() {
        engine.start(options -> options.cors(CorsOptions.origins(FRIEND, OTHER_FRIEND)
                .credentials(true)
                .exposedHeaders("x-node")
                .build()));

        RawHttpResponse error = engine.http().get(POLLING + "&sid=unknown", origin(FRIEND));

        assertThat(error).hasToString("400 {\"code\":1,\"message\":\"Session ID unknown\"}");
        assertThat(corsHeaders(error))
                .isEqualTo(Map.of(
                        "access-control-allow-origin", FRIEND,
                        "access-control-allow-credentials", "true",
                        "access-control-expose-headers", "x-node",
                        "vary", "Origin"));
    }

    @Test
    void putsTheHeadersOnEveryAnswerOfASession() {
        engine.start(options -> options.cors(CorsOptions.anyOrigin().build()));
        RawPolling polling = engine.polling();

        RawHttpResponse post = polling.post("4hello");
        RawHttpResponse poll = polling.poll();
        RawHttpResponse put = engine.http().request("PUT", polling.target(), "");

        assertThat(post.header("access-control-allow-origin")).hasValue("*");
        assertThat(poll.header("access-control-allow-origin")).hasValue("*");
        assertThat(put.header("access-control-allow-origin")).hasValue("*");
    }

    @Test
    void doesNotLimitWebSockets() {
        engine.start(options ->
                options.cors(CorsOptions.origins(FRIEND, OTHER_FRIEND).build()));

        assertThat(engine.webSocket(WEBSOCKET, origin(STRANGER)).readText()).startsWith("0{");
        assertThat(engine.webSocket(WEBSOCKET, origin(FRIEND)).handshake().header("access-control-allow-origin"))
                .hasValue(FRIEND);
    }

    private String allowed(String origin) {
        return engine.http()
                .get(POLLING, origin(origin))
                .header("access-control-allow-origin")
                .orElse("");
    }

    private static String origin(String origin) {
        return "Origin: " + origin;
    }

    private static Map<String, String> corsHeaders(RawHttpResponse answer) {
        Map<String, String> headers = new TreeMap<>(answer.headerMap());
        headers.keySet().removeIf(name -> !name.startsWith("access-control-") && !name.equals("vary"));
        return headers;
    }
}
