package io.duet.engineio;

import static io.duet.engineio.EngineExtension.POLLING;
import static io.duet.engineio.EngineExtension.POLLING_V3;
import static io.duet.engineio.EngineExtension.WEBSOCKET_V3;
import static io.duet.engineio.EngineExtension.binary;
import static io.duet.engineio.EngineExtension.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.EngineExtension.End;
import io.duet.wire.RawHttpResponse;
import io.duet.wire.RawPolling;
import io.duet.wire.RawWebSocket;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is different for clients of protocol revision 3, and JSONP for both. */
final class Revision3IT {
    private static final String OCTETS = "Content-Type: application/octet-stream";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

    @RegisterExtension
    final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @ValueSource(strings = {"EIO=3", "EIO=2", "EIO=", "EIO=abc", "a=b"})
    void takesAnythingButRevision4ForRevision3(String revision) throws InterruptedException {
        start();

        RawHttpResponse open = engine.http().get("/engine.io/?" + revision + "&transport=polling");

        String packet = open.text().substring(open.text().indexOf(':') + 1);
        assertThat(open.text()).startsWith(packet.length() + ":0{\"sid\":");
        assertThat(engine.session().revision().number()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"6:4hello", "2:4a2:4b", "1:4", "4:4\u20ac\ud83d\ude00", "12:4with:colon:"})
    void takesAndReturnsTextPayloads(String payload) {
        start();
        RawPolling polling = engine.polling(POLLING_V3);

        RawHttpResponse post = polling.post(payload);
        RawHttpResponse poll = polling.poll();

        assertThat(post).hasToString("200 ok");
        assertThat(poll).hasToString("200 " + payload);
        assertThat(poll.header("content-type")).hasValue("text/plain; charset=UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "7:4hello", "5:4hello", "x:4a", "-1:4a", "2:4a3", "99999999999:4a", "", "0:"})
    void closesUponALengthThatIsWrong(String payload) throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING_V3);

        RawHttpResponse post = polling.post(payload);

        assertThat(post).hasToString("200 ok");
        assertThat(engine.end().reason()).isEqualTo(CloseReason.PARSE_ERROR);
    }

    @Test
    void sendsAPayloadOfBytesIfAPacketIsBinary() throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING_V3);
        EngineSession session = engine.session();
        session.send(text("\u20ac"));
        session.send(binary(1, 2, 3));

        RawHttpResponse poll = polling.poll();

        assertThat(poll.header("content-type")).hasValue("application/octet-stream");
        assertThat(poll.body()).isEqualTo(bytes(0, 4, 0xFF, '4', 0xE2, 0x82, 0xAC, 1, 4, 0xFF, 4, 1, 2, 3));
    }

    @Test
    void writesEachDigitOfALengthAsAByte() throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING_V3);

        engine.session().send(binary(new int[119]));

        assertThat(polling.poll().body()).startsWith(1, 1, 2, 0, 0xFF, 4, 0).hasSize(5 + 120);
    }

    @Test
    void takesAPayloadOfBytes() {
        start();
        RawPolling polling = engine.polling(POLLING_V3);
        byte[] payload = bytes(0, 4, 0xFF, '4', 0xE2, 0x82, 0xAC, 1, 4, 0xFF, 4, 1, 2, 3);

        polling.posts().send("POST", polling.target(), payload, OCTETS);

        assertThat(polling.posts().read()).hasToString("200 ok");
        assertThat(polling.poll().body()).isEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00ff", "0005ff34", "02 01 ff 34", "0001", "000aff34", ""})
    void closesUponBytesThatAreNoPayload(String hex) throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING_V3);

        polling.posts().send("POST", polling.target(), unhex(hex), OCTETS);

        assertThat(polling.posts().read()).hasToString("200 ok");
        assertThat(engine.end().reason()).isEqualTo(CloseReason.PARSE_ERROR);
    }

    @Test
    void speaksBase64WithClientsThatCannotTakeBinary() {
        start();
        RawPolling polling = engine.polling(POLLING_V3 + "&b64=1");

        RawHttpResponse post = polling.post("10:b4AQIDBA==2:4a");
        RawHttpResponse poll = polling.poll();

        assertThat(post).hasToString("200 ok");
        assertThat(poll).hasToString("200 10:b4AQIDBA==2:4a");
    }

    @Test
    void speaksBase64OnAWebSocketOfSuchAClient() {
        start();
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET_V3 + "&b64=1");
        webSocket.readText();

        assertThat(webSocket.text("b4AQID").readText()).isEqualTo("b4AQID");
        assertThat(webSocket.binary(4, 1, 2, 3).readText()).isEqualTo("b4AQID");
    }

    @Test
    void prefixesBinaryOnAWebSocketWithItsType() {
        start();
        RawWebSocket webSocket = webSocket();

        assertThat(webSocket.binary(4, 7, 8).readBinary()).containsExactly(4, 7, 8);
        assertThat(webSocket.text("4hello").readText()).isEqualTo("4hello");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 5, 52})
    void closesUponBinaryOfAnotherType(int type) throws InterruptedException {
        start();
        RawWebSocket webSocket = webSocket();

        webSocket.binary(type < 0 ? new int[0] : new int[] {type, 1});

        assertThat(webSocket.readClose()).isEqualTo(1005);
        assertThat(engine.end().reason()).isEqualTo(CloseReason.PARSE_ERROR);
    }

    @Test
    void upgrades() {
        start();
        RawPolling polling = engine.polling(POLLING_V3);
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET_V3 + "&sid=" + polling.sid());

        assertThat(webSocket.text("2probe").readText()).isEqualTo("3probe");
        assertThat(polling.poll()).hasToString("200 1:6");
        assertThat(webSocket.text("5").text("4hello").readText()).isEqualTo("4hello");
    }

    @Test
    void closesPollingByItsPackets() throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING_V3).sendPoll();
        polling.polls().isQuiet();

        polling.post("1:1");

        assertThat(polling.readPoll()).hasToString("200 1:6");
        assertThat(engine.end()).isEqualTo(new End(CloseReason.TRANSPORT_CLOSE, ""));
    }

    @Test
    void answersPingsOverPolling() {
        start();
        RawPolling polling = engine.polling(POLLING_V3);

        polling.post("1:2");

        assertThat(polling.poll()).hasToString("200 1:3");
    }

    // JSONP

    @ParameterizedTest
    @CsvSource({"EIO=3, 2:4a", "EIO=4, 4a"})
    void padsPayloads(String revision, String payload) {
        start();
        RawPolling polling = engine.polling("/engine.io/?" + revision + "&transport=polling&j=7");

        RawHttpResponse post = polling.posts().post(polling.target(), "d=" + payload.replace(":", "%3A"), FORM);
        RawHttpResponse poll = polling.poll();

        assertThat(polling.openPacket()).startsWith("___eio[7](\"").endsWith("\\\"maxPayload\\\":1000000}\");");
        assertThat(post).hasToString("200 ok");
        assertThat(poll).hasToString("200 ___eio[7](\"" + payload + "\");");
        assertThat(poll.header("content-type")).hasValue("text/plain; charset=UTF-8");
    }

    @Test
    void usesOnlyTheDigitsOfTheIndex() {
        start();

        RawHttpResponse open = engine.http().get(POLLING + "&j=1%5D%28alert%282%29%29%3B%2F%2F");

        assertThat(open.text()).startsWith("___eio[12](\"0{");
    }

    @Test
    void escapesWhatScriptsCannotHold() throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING + "&j=0");

        engine.session().send(text("\"\\\n\u2028\u2029\u20ac"));

        assertThat(polling.poll()).hasToString("200 ___eio[0](\"4\\\"\\\\\\n\\u2028\\u2029\u20ac\");");
    }

    @Test
    void undoesTheEscapesOfForms() {
        start();
        RawPolling polling = engine.polling(POLLING + "&j=0");

        polling.posts().post(polling.target(), "d=4line\\n%5C%5Cn%20and+plus%26", FORM);

        assertThat(polling.poll()).hasToString("200 ___eio[0](\"4line\\n\\\\n and plus&\");");
    }

    @Test
    void padsBinaryAsBase64() throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING_V3 + "&j=0");

        engine.session().send(binary(1, 2, 3, 4));

        assertThat(polling.poll()).hasToString("200 ___eio[0](\"10:b4AQIDBA==\");");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "x=4hello", "d=%zz"})
    void closesUponAFormThatIsNone(String form) throws InterruptedException {
        start();
        RawPolling polling = engine.polling(POLLING + "&j=0");

        assertThat(polling.posts().post(polling.target(), form, FORM)).hasToString("200 ok");
        assertThat(engine.end().reason()).isEqualTo(CloseReason.PARSE_ERROR);
    }

    private void start() {
        engine.start(options -> options.allowEIO3(true));
    }

    private RawWebSocket webSocket() {
        RawWebSocket webSocket = engine.webSocket(WEBSOCKET_V3);
        assertThat(webSocket.readText()).startsWith("0{");
        return webSocket;
    }

    private static byte[] bytes(int... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int value : values) {
            out.write(value);
        }
        return out.toByteArray();
    }

    private static byte[] unhex(String hex) {
        byte[] text = hex.replace(" ", "").getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[text.length / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(new String(text, 2 * i, 2, StandardCharsets.US_ASCII), 16);
        }
        return bytes;
    }
}
