package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what the npm package cors answers to the same requests with the same options; the file names its version. */
final class CorsTest {
    private static final String A = "https://a.example";
    private static final String B = "https://b.example";

    private static final Map<String, CorsOptions.Builder> OPTIONS = Map.ofEntries(
            Map.entry("any origin", CorsOptions.anyOrigin()),
            Map.entry("one origin", CorsOptions.origins(A)),
            Map.entry("two origins", CorsOptions.origins(A, B)),
            Map.entry("pattern", CorsOptions.origins(Pattern.compile("\\.example$"))),
            Map.entry("function", CorsOptions.origins(origin -> origin.startsWith("https://a."))),
            Map.entry("credentials", CorsOptions.origins(A, B).credentials(true)),
            Map.entry("methods", CorsOptions.anyOrigin().methods("GET", "POST")),
            Map.entry("allowed headers", CorsOptions.anyOrigin().allowedHeaders("x-one", "x-two")),
            Map.entry("exposed headers", CorsOptions.anyOrigin().exposedHeaders("x-three", "x-four")),
            Map.entry("max age", CorsOptions.anyOrigin().maxAge(Duration.ofMinutes(10))),
            Map.entry("max age 0", CorsOptions.anyOrigin().maxAge(Duration.ZERO)),
            Map.entry("preflight status", CorsOptions.anyOrigin().preflightStatus(200)),
            Map.entry(
                    "everything",
                    CorsOptions.origins(A, B)
                            .credentials(true)
                            .methods("GET", "POST", "OPTIONS")
                            .allowedHeaders("authorization")
                            .exposedHeaders("x-three")
                            .maxAge(Duration.ofHours(1))
                            .preflightStatus(200)));

    @ParameterizedTest(name = "{0}: {1} {2}")
    @MethodSource("cases")
    void answersAsThePackageDoes(String options, String method, JsonNode headers, JsonNode expected) {
        Answer answer = ask(OPTIONS.get(options).build(), method, headers);

        assertThat(answer.headers()).isEqualTo(strings(expected.get("headers")));
        assertThat(answer.preflightStatus()).isEqualTo(expected.get("preflight").asInt(0));
    }

    @Test
    void everyOptionIsInTheTable() {
        assertThat(cases().map(each -> each.get()[0])).containsAll(OPTIONS.keySet());
        assertThat(golden().get("version").textValue()).startsWith("2.");
    }

    @Test
    void answersThePreflightOfAnOriginThatAFunctionRefusesWhereThePackageLetsItPass() {
        JsonNode headers = new ObjectMapper().createObjectNode().put("origin", "https://foreign.test");

        Answer answer = ask(OPTIONS.get("function").build(), "OPTIONS", headers);

        assertThat(answer.preflightStatus()).isEqualTo(204);
        assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void refusesCredentialsForAnyOrigin() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CorsOptions.anyOrigin().credentials(true).build())
                .withMessage("credentials: true (expected: named origins, not *, beside it)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CorsOptions.origins("*").credentials(true).build());
    }

    /** Without the requests that a function refuses: that is a difference of its own. */
    static Stream<Arguments> cases() {
        return StreamSupport.stream(golden().get("cases").spliterator(), false)
                .filter(each -> !each.get("options").textValue().equals("function")
                        || each.get("answer").get("headers").has("access-control-allow-origin"))
                .map(each -> Arguments.of(
                        each.get("options").textValue(),
                        each.get("method").textValue(),
                        each.get("headers"),
                        each.get("answer")));
    }

    private static Answer ask(CorsOptions options, String method, JsonNode headers) {
        EngineRequest request = new EngineRequest(method, "/x/", "/x/", Map.of(), strings(headers), "127.0.0.1", false);
        HttpHeaders sent = new DefaultHttpHeaders();
        RecordedNext next = new RecordedNext();
        new Cors(options).handle(request, new ResponseHeaders(sent), next);
        assertThat(next.decisions).isOne();
        Map<String, String> lowerCase = new LinkedHashMap<>();
        sent.forEach(header ->
                lowerCase.merge(header.getKey().toLowerCase(Locale.ROOT), header.getValue(), (a, b) -> a + ", " + b));
        return new Answer(next.status, lowerCase);
    }

    private static Map<String, String> strings(JsonNode object) {
        Map<String, String> map = new LinkedHashMap<>();
        object.properties()
                .forEach(property ->
                        map.put(property.getKey(), property.getValue().textValue()));
        return map;
    }

    private static JsonNode golden() {
        try (InputStream in = CorsTest.class.getResourceAsStream("cors.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param preflightStatus 0 if the request goes on */
    private record Answer(int preflightStatus, Map<String, String> headers) {}

    private static final class RecordedNext implements HttpMiddleware.Next {
        private int decisions;
        private int status;

        @Override
        public void accept() {
            decisions++;
        }

        @Override
        public void answer(HttpReply reply) {
            decisions++;
            status = reply.status();
        }

        @Override
        public void fail(String reason) {
            throw new AssertionError(reason);
        }
    }
}
