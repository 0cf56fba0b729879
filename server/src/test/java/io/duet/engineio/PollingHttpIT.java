package io.duet.engineio;

import static io.duet.engineio.EngineExtension.POLLING;
import static io.duet.engineio.EngineExtension.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.wire.RawHttp;
import io.duet.wire.RawHttpResponse;
import io.duet.wire.RawPolling;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP under polling: connections, bodies, headers, compression. */
final class PollingHttpIT {
    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @Test
    void keepsOneConnectionForManyRequests() {
        engine.start();
        RawHttp http = engine.http();
        String target = POLLING + "&sid=" + RawPolling.sid(http.get(POLLING).text());

        for (int i = 0; i < 100; i++) {
            RawHttpResponse post = http.post(target, "4" + i);
            RawHttpResponse poll = http.get(target);

            assertThat(post).hasToString("200 ok");
            assertThat(poll).hasToString("200 4" + i);
            assertThat(poll.header("connection")).isNotEqualTo("close");
        }
    }

    @Test
    void closesTheConnectionIfTheClientAsksForIt() {
        engine.start();
        RawHttp http = engine.http();

        RawHttpResponse answer = http.get(POLLING, "Connection: close");

        assertThat(answer.header("connection"))
                .hasValueSatisfying(value -> assertThat(value).isEqualToIgnoringCase("close"));
        assertThat(http.isClosedByServer()).isTrue();
    }

    @Test
    void answersPipelinedRequestsInOrder() {
        engine.start();
        RawHttp http = engine.http();
        String target = POLLING + "&sid=" + RawPolling.sid(http.get(POLLING).text());
        String post = "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n";

        http.write(post + "4one" + post + "4two" + "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n" + post
                + "4end");

        assertThat(http.read()).hasToString("200 ok");
        assertThat(http.read()).hasToString("200 ok");
        assertThat(http.read()).hasToString("200 4one\u001e4two");
        assertThat(http.read()).hasToString("200 ok");
    }

    @Test
    void letsARequestBehindAHeldPollWait() throws InterruptedException {
        engine.start();
        RawHttp http = engine.http();
        String target = POLLING + "&sid=" + RawPolling.sid(http.get(POLLING).text());
        http.sendGet(target).sendPost(target, "4behind");
        boolean quiet = http.isQuiet();

        engine.session().send(text("first"));

        assertThat(quiet).isTrue();
        assertThat(http.read()).hasToString("200 4first");
        assertThat(http.read()).hasToString("200 ok");
        assertThat(http.get(target)).hasToString("200 4behind");
    }

    @Test
    void takesChunkedBodies() {
        engine.start();
        RawPolling polling = engine.polling();

        polling.posts()
                .sendHead("POST", polling.target(), -1, "Transfer-Encoding: chunked")
                .write("3\r\n4he\r\n")
                .write("3\r\nllo\r\n0\r\n\r\n");

        assertThat(polling.posts().read()).hasToString("200 ok");
        assertThat(polling.poll()).hasToString("200 4hello");
    }

    @Test
    void takesRequestsByteByByte() {
        engine.start();
        RawPolling polling = engine.polling();
        String request = "POST " + polling.target() + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\n4hello";

        for (int i = 0; i < request.length(); i++) {
            polling.posts().write(request.substring(i, i + 1));
        }

        assertThat(polling.posts().read()).hasToString("200 ok");
        assertThat(polling.poll()).hasToString("200 4hello");
    }

    @Test
    void tellsAClientThatAsksToSendItsBody() {
        engine.start();
        RawPolling polling = engine.polling();
        polling.posts().sendHead("POST", polling.target(), 6, "Expect: 100-continue");

        RawHttpResponse interim = polling.posts().read();
        polling.posts().write("4hello");

        assertThat(interim.status()).isEqualTo(100);
        assertThat(polling.posts().read()).hasToString("200 ok");
        assertThat(polling.poll()).hasToString("200 4hello");
    }

    @Test
    void answersGarbageWith400AndTheEndOfTheConnection() {
        engine.start();
        RawHttp http = engine.http().write("this is no HTTP\r\n\r\n");

        RawHttpResponse answer = http.read();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(http.isClosedByServer()).isTrue();
    }

    @Test
    void refusesAHeadOfMoreThan16KiB() {
        engine.start();
        RawHttp http = engine.http().sendGet(POLLING, "X-Long: " + "x".repeat(17_000));

        assertThat(http.read().status()).isBetween(400, 499);
        assertThat(engine.clientsCount()).isZero();
    }

    @Test
    void namesTypeAndLengthAndForbidsCaching() {
        engine.start();
        RawPolling polling = engine.polling();

        RawHttpResponse post = polling.post("4hello");
        RawHttpResponse poll = polling.poll();

        assertThat(post.headerMap())
                .containsEntry("content-type", "text/html")
                .containsEntry("content-length", "2")
                .containsEntry("cache-control", "no-store")
                .doesNotContainKey("x-xss-protection");
        assertThat(poll.headerMap())
                .containsEntry("content-type", "text/plain; charset=UTF-8")
                .containsEntry("content-length", "6")
                .containsEntry("cache-control", "no-store")
                .doesNotContainKey("x-xss-protection");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mozilla/4.0 (compatible;MSIE 8.0)", "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0)"})
    void turnsTheFilterOfOldBrowsersOff(String agent) {
        engine.start();
        RawPolling polling = engine.polling();
        RawHttp http = engine.http();

        RawHttpResponse post = http.post(polling.target(), "4hello", "User-Agent: " + agent);
        RawHttpResponse poll = http.get(polling.target(), "User-Agent: " + agent);

        assertThat(post.header("x-xss-protection")).hasValue("0");
        assertThat(poll.header("x-xss-protection")).hasValue("0");
    }

    @ParameterizedTest
    @CsvSource({
        "'gzip, deflate, br', gzip",
        "'deflate, gzip', gzip",
        "deflate, deflate",
        "'gzip;q=0, deflate', deflate",
        "*, gzip",
        "identity, ''",
        "br, ''",
        "'gzip;q=0', ''",
        "'', ''"
    })
    void compressesAsTheClientTakesIt(String accepted, String coding) throws IOException {
        engine.start();
        RawPolling polling = engine.polling();
        String packet = "4" + "\u20ac".repeat(400);
        polling.post(packet);

        RawHttpResponse poll = polling.polls().get(polling.target(), "Accept-Encoding: " + accepted);

        assertThat(poll.header("content-encoding").orElse("")).isEqualTo(coding);
        assertThat(decoded(poll)).isEqualTo(packet);
        if (!coding.isEmpty()) {
            assertThat(poll.body()).hasSizeLessThan(1201);
        }
    }

    @Test
    void doesNotCompressIfTheClientDoesNotSpeakOfIt() {
        engine.start();
        RawPolling polling = engine.polling();
        polling.post("4" + "x".repeat(2000));

        assertThat(polling.poll().header("content-encoding")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1022, false", "1023, true"})
    void compressesFromTheThresholdOn(int length, boolean compressed) {
        engine.start();
        RawPolling polling = engine.polling();
        polling.post("4" + "x".repeat(length));

        RawHttpResponse poll = polling.polls().get(polling.target(), "Accept-Encoding: gzip");

        assertThat(poll.header("content-encoding").isPresent()).isEqualTo(compressed);
    }

    @Test
    void countsBytesAndNotCharacters() {
        engine.start(options -> options.httpCompression(301));
        RawPolling polling = engine.polling();
        polling.post("4" + "\u20ac".repeat(100));

        RawHttpResponse poll = polling.polls().get(polling.target(), "Accept-Encoding: gzip");

        assertThat(poll.header("content-encoding")).hasValue("gzip");
    }

    @Test
    void compressesNothingIfItIsOff() {
        engine.start(EngineSettings::noHttpCompression);
        RawPolling polling = engine.polling();
        polling.post("4" + "x".repeat(5000));

        RawHttpResponse poll = polling.polls().get(polling.target(), "Accept-Encoding: gzip");

        assertThat(poll.header("content-encoding")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void compressesIfAnyPacketMayBeCompressed(boolean last) throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        EngineSession session = engine.session();
        session.send(message("x".repeat(2000), false));
        session.send(message("y", last));

        RawHttpResponse poll = polling.polls().get(polling.target(), "Accept-Encoding: gzip");

        assertThat(poll.header("content-encoding").isPresent()).isEqualTo(last);
    }

    private static OutboundMessage message(String text, boolean compress) {
        return OutboundMessage.of(List.of(new EnginePacket.Text(text)), compress);
    }

    private static String decoded(RawHttpResponse answer) throws IOException {
        InputStream body = new ByteArrayInputStream(answer.body());
        try (InputStream in =
                switch (answer.header("content-encoding").orElse("")) {
                    case "gzip" -> new GZIPInputStream(body);
                    case "deflate" -> new InflaterInputStream(body);
                    default -> body;
                }) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
