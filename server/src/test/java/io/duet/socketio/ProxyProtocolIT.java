package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.HttpReply;
import io.duet.wire.RawHttp;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.RawWebSocket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of "The PROXY protocol, versions 1 and 2" in front of a connection. */
final class ProxyProtocolIT {
    private static final String V1 = "PROXY TCP4 203.0.113.7 127.0.0.1 5000 80\r\n";
    private static final String V2 = "0d0a0d0a000d0a515549540a";

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.7 127.0.0.1 5000 80, 203.0.113.7",
        "PROXY TCP6 2001:db8::7 ::1 5000 80, 2001:db8::7",
        "PROXY UNKNOWN, 127.0.0.1"
    })
    void readsVersion1(String header, String client) {
        start();

        assertThat(ask(header + "\r\n")).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource({
        // An IPv4 connection; one with an extension behind the addresses; the proxy's own check of our health.
        "2111000ccb0071077f00000113880050, 203.0.113.7",
        "21110014cb0071077f00000113880050 ea0005 0102030405, 203.0.113.7",
        "20000000, 127.0.0.1"
    })
    void readsVersion2(String header, String client) {
        start();

        assertThat(ask(HexFormat.of().parseHex(V2 + header.replace(" ", "")))).isEqualTo(client);
    }

    @Test
    void readsTheAddressOfIpVersion6() {
        start();

        String answer = ask(HexFormat.of()
                .parseHex(V2 + "21210024" + "20010db8000000000000000000000007" + "00000000000000000000000000000001"
                        + "13880050"));

        assertThat(answer).isEqualTo("2001:db8:0:0:0:0:0:7");
    }

    @Test
    void namesTheClientOfASocket() throws InterruptedException {
        Server io = start();
        io.onConnection(socket -> server.see(socket.handshake().address()));
        RawHttp connection = connect().write(V1);

        server.closing(RawSocketIoClient.over(RawWebSocket.open(connection, "/socket.io/?EIO=4&transport=websocket")))
                .join("/");

        assertThat(server.next()).isEqualTo("203.0.113.7");
    }

    @Test
    void believesTheHeaderOfATrustedPeerAndLooksBehindATrustedSource() {
        start("127.0.0.1", "203.0.113.0/24");

        assertThat(ask(V1)).isEqualTo("203.0.113.7");
        assertThat(ask(V1, "X-Forwarded-For: 198.51.100.1, 198.51.100.2")).isEqualTo("198.51.100.2");
    }

    @Test
    void looksNotBehindASourceThatIsNotTrusted() {
        start("127.0.0.1");

        assertThat(ask(V1, "X-Forwarded-For: 198.51.100.2")).isEqualTo("203.0.113.7");
    }

    @Test
    void believesNoHeaderOfAPeerThatIsNotTrusted() {
        start("203.0.113.0/24");

        assertThat(ask(V1, "X-Forwarded-For: 198.51.100.2")).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "PROXY TCP4 x\r\n",
                "PROXY TCP4 203.0.113.7\r\n",
                "PROXY TCP4 203.0.113.777 127.0.0.1 5000 80\r\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 5000 99999\r\n",
                "PROXY TCP4 example.org 127.0.0.1 5000 80\r\n"
            })
    void closesWithoutAWordUponAnythingElse(String beginning) {
        start();
        RawHttp connection = connect().write(beginning);

        assertThat(connection.isClosedByServer()).isTrue();
        assertThat(ask(V1)).as("the next connection").isEqualTo("203.0.113.7");
    }

    @Test
    void closesWithoutAWordUponAVersionThatThereIsNot() {
        start();
        RawHttp connection = connect().write(HexFormat.of().parseHex(V2 + "3111000ccb0071077f00000113880050"));

        assertThat(connection.isClosedByServer()).isTrue();
    }

    private Server start(String... trustedProxies) {
        return server.start(options -> options.proxyProtocol(true)
                .trustedProxies(trustedProxies)
                .httpHandler((request, body) ->
                        CompletableFuture.completedFuture(HttpReply.of(200, "text/plain", request.address()))));
    }

    private RawHttp connect() {
        return server.closing(RawHttp.connect(server.port()));
    }

    private String ask(String header, String... httpHeaders) {
        return ask(header.getBytes(StandardCharsets.US_ASCII), httpHeaders);
    }

    /** The address that the server has for the client behind a header. */
    private String ask(byte[] header, String... httpHeaders) {
        return connect().write(header).get("/who", httpHeaders).text();
    }
}
