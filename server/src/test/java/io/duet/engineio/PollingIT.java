package io.duet.engineio;

import static io.duet.engineio.EngineExtension.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.EngineExtension.End;
import io.duet.engineio.codec.EnginePacket;
import io.duet.wire.RawHttp;
import io.duet.wire.RawHttpResponse;
import io.duet.wire.RawPolling;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What polls and posts are answered, and what they do to their session. */
final class PollingIT {
    private static final String UNKNOWN = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @ValueSource(
            strings = {"4hello", "4test1\u001e4test2\u001e4test3", "4hello\u001ebAQIDBA==", "4\u20ac \ud83d\ude00", "4"
            })
    void takesAndReturnsPayloads(String payload) {
        engine.start();
        RawPolling polling = engine.polling();

        RawHttpResponse post = polling.post(payload);
        RawHttpResponse poll = polling.poll();

        assertThat(post).hasToString("200 ok");
        assertThat(poll).hasToString("200 " + payload);
    }

    @Test
    void holdsAPollUntilThereIsAPacket() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        boolean quiet = polling.polls().isQuiet();

        engine.session().send(text("late"));

        assertThat(quiet).isTrue();
        assertThat(polling.readPoll()).hasToString("200 4late");
    }

    @Test
    void answersAPollWithAllThatWaits() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        EngineSession session = engine.session();

        session.send(text("one"));
        session.send(EngineExtension.binary(1, 2, 3));
        session.send(text("three"));

        assertThat(polling.poll()).hasToString("200 4one\u001ebAQID\u001e4three");
    }

    @Test
    void closesUponASecondPoll() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.polls().isQuiet();

        RawHttpResponse second = engine.http().get(polling.target());

        assertThat(second).hasToString("400 ");
        assertThat(polling.readPoll()).hasToString("200 1");
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_ERROR, "overlap from client"));
        assertThat(polling.poll()).hasToString(UNKNOWN);
    }

    @Test
    void closesUponAPostWhileAnotherIsComing() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.posts().sendHead("POST", polling.target(), 6).write("4he");
        polling.posts().isQuiet();

        RawHttpResponse second = engine.http().post(polling.target(), "4second");

        assertThat(second).hasToString("400 ");
        assertThat(polling.readPoll()).hasToString("200 1");
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_ERROR, "data request overlap from client"));
    }

    @Test
    void takesAPostWhileAPollIsHeld() {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();

        RawHttpResponse post = polling.post("4hello");

        assertThat(post).hasToString("200 ok");
        assertThat(polling.readPoll()).hasToString("200 4hello");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsTheSessionAfterAPostThatIsTooLarge(boolean chunked) {
        engine.start(options -> options.maxHttpBufferSize(100));
        RawPolling polling = engine.polling();
        String body = "4" + "x".repeat(100);

        RawHttpResponse answer = chunked
                ? polling.posts()
                        .sendHead("POST", polling.target(), -1, "Transfer-Encoding: chunked")
                        .write("65\r\n" + body + "\r\n0\r\n\r\n")
                        .read()
                : polling.post(body);

        assertThat(answer).hasToString("413 ");
        assertThat(polling.post("4fits")).as("next on this connection").hasToString("200 ok");
        assertThat(polling.poll()).hasToString("200 4fits");
        assertThat(engine.hasNoEnd()).isTrue();
    }

    @Test
    void takesTheNextPostAsSoonAsOneWasRefused() {
        engine.start(options -> options.maxHttpBufferSize(100));
        RawPolling polling = engine.polling();

        for (int i = 0; i < 200; i++) {
            assertThat(polling.post("4" + "x".repeat(100))).hasToString("413 ");
            assertThat(polling.post("4fits")).hasToString("200 ok");
        }
    }

    @Test
    void refusesALargePostBeforeItHasCome() {
        engine.start(options -> options.maxHttpBufferSize(100));
        RawPolling polling = engine.polling();

        polling.posts().sendHead("POST", polling.target(), 1_000_000).write("4" + "x".repeat(500));

        assertThat(polling.posts().read()).hasToString("413 ");
    }

    @Test
    void takesAPostOfExactlyTheLimit() {
        engine.start(options -> options.maxHttpBufferSize(100));
        RawPolling polling = engine.polling();
        String body = "4" + "x".repeat(99);

        assertThat(polling.post(body)).hasToString("200 ok");
        assertThat(polling.poll()).hasToString("200 " + body);
    }

    @Test
    void closesUponOctets() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.polls().isQuiet();

        RawHttpResponse post =
                polling.posts().post(polling.target(), "4hello", "Content-Type: application/octet-stream");

        assertThat(post).hasToString("400 ");
        assertThat(polling.readPoll()).hasToString("200 1");
        assertThat(engine.end().reason()).isEqualTo(CloseReason.TRANSPORT_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "7", "4hello\u001e", "4hello\u001e9", "bAQ*D", "\u001e"})
    void closesUponAPacketThatIsNone(String payload) throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();

        RawHttpResponse post = polling.post(payload);

        assertThat(post).hasToString("200 ok");
        assertThat(engine.end().reason()).isEqualTo(CloseReason.PARSE_ERROR);
        assertThat(polling.poll()).hasToString(UNKNOWN);
    }

    @Test
    void releasesAHeldPollUponAPacketThatIsNone() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.polls().isQuiet();

        polling.post("abc");

        assertThat(polling.readPoll()).hasToString("200 1");
        assertThat(engine.end().reason()).isEqualTo(CloseReason.PARSE_ERROR);
    }

    /** Else its client would take an error of the one for the end, or the close packet of the other, as it happens. */
    @Test
    void answersThePostThatMadeTheServerClose() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.polls().isQuiet();
        EngineSession session = engine.session();
        session.addListener(new SessionListener() {
            @Override
            public void packet(EnginePacket packet) {
                session.close(CloseReason.FORCED_CLOSE, "", false);
            }
        });

        RawHttpResponse post = polling.post("4enough");

        assertThat(post).hasToString("200 ok");
        assertThat(polling.readPoll()).hasToString("200 1");
    }

    @Test
    void closesUponTheClosePacketOfTheClient() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.polls().isQuiet();

        RawHttpResponse post = polling.post("1");

        assertThat(post).hasToString("200 ok");
        assertThat(polling.readPoll()).hasToString("200 6");
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_CLOSE, ""));
        assertThat(polling.poll()).hasToString(UNKNOWN);
    }

    @Test
    void closesUponTheClosePacketWithoutAPoll() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();

        RawHttpResponse post = polling.post("4bye\u001e1");

        assertThat(post).hasToString("200 ok");
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_CLOSE, ""));
        assertThat(engine.clientsCount()).isZero();
    }

    @Test
    void closesAtOnceWhenAHeldPollIsAborted() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.polls().isQuiet();

        polling.polls().close();

        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_ERROR, "poll connection closed prematurely"));
        assertThat(polling.post("4hello")).hasToString(UNKNOWN);
    }

    @Test
    void closesAtOnceWhenAPostIsAborted() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        polling.posts().sendHead("POST", polling.target(), 6).write("4he");
        polling.posts().isQuiet();

        polling.posts().close();

        assertThat(engine.end())
                .isEqualTo(new End(CloseReason.TRANSPORT_ERROR, "data request connection closed prematurely"));
    }

    @Test
    void outlivesConnectionsThatCarryNothing() {
        engine.start();
        RawPolling polling = engine.polling();
        polling.polls().close();
        polling.posts().close();
        RawHttp other = engine.http();

        RawHttpResponse post = other.post(polling.target(), "4hello");

        assertThat(post).hasToString("200 ok");
        assertThat(other.get(polling.target())).hasToString("200 4hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"})
    void answersOtherMethodsWith500(String method) {
        engine.start();
        RawPolling polling = engine.polling();

        RawHttpResponse answer = engine.http().request(method, polling.target(), "");

        assertThat(answer).hasToString("500 ");
        assertThat(polling.post("4hello")).as("session").hasToString("200 ok");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void tellsAHeldPollThatTheServerCloses(boolean discard) throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling().sendPoll();
        polling.polls().isQuiet();

        engine.session().close(CloseReason.FORCED_CLOSE, "enough", discard);

        assertThat(polling.readPoll()).hasToString("200 1");
        assertThat(engine.end()).isEqualTo(new End(CloseReason.FORCED_CLOSE, "enough"));
    }

    @Test
    void letsTheNextPollsHaveWhatWaitsAndThenTheClosePacket() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        EngineSession session = engine.session();

        session.executor().execute(() -> {
            session.send(text("last"));
            session.close(CloseReason.FORCED_CLOSE, "", false);
            session.send(text("too late"));
        });
        CompletableFuture.runAsync(() -> {}, session.executor()).join();

        assertThat(polling.poll()).hasToString("200 4last");
        assertThat(polling.poll()).hasToString("200 1");
        assertThat(engine.end().reason()).isEqualTo(CloseReason.FORCED_CLOSE);
    }

    @Test
    void dropsWhatWaitsIfToldSo() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        EngineSession session = engine.session();

        session.send(text("lost"));
        session.close(CloseReason.FORCED_CLOSE, "", true);

        assertThat(engine.end().reason()).isEqualTo(CloseReason.FORCED_CLOSE);
        assertThat(polling.poll()).hasToString(UNKNOWN);
    }

    @Test
    void dropsWhatAClientSendsToASessionThatIsClosing() throws InterruptedException {
        engine.start();
        RawPolling polling = engine.polling();
        engine.session().close(CloseReason.FORCED_CLOSE, "", false);

        RawHttpResponse post = polling.post("4hello");

        assertThat(post).hasToString("200 ok");
        assertThat(polling.poll()).hasToString("200 1");
    }
}
