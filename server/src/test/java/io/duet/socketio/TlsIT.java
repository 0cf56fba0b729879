package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.duet.engineio.ListenOptions.KeyStoreFile;
import io.duet.wire.RawHttp;
import io.duet.wire.RawPolling;
import io.duet.wire.RawSocketIoClient;
import io.duet.wire.RawWebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers with a certificate. */
final class TlsIT {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @BeforeAll
    static void makeKeyStore() throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "duet",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keyStore().toString()))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), Charset.defaultCharset());
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(output).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void servesWebSockets(String version) throws IOException, GeneralSecurityException, InterruptedException {
        Server io = start();
        server.watch(io.sockets());
        RawSocketIoClient client = server.closing(
                RawSocketIoClient.over(RawWebSocket.open(connect(version), "/socket.io/?EIO=4&transport=websocket")));

        client.join("/");
        Socket socket = server.socket();
        socket.emit("large", "x".repeat(200_000));

        assertThat(socket.handshake().secure()).isTrue();
        assertThat(client.read()).hasSize(200_000 + "2[\"large\",\"\"]".length());
    }

    @Test
    void servesPolling() throws IOException, GeneralSecurityException {
        start();
        RawHttp http = connect("TLSv1.3");

        String open = http.get(ServerExtension.POLLING).text();
        String target = ServerExtension.POLLING + "&sid=" + RawPolling.sid(open);

        assertThat(http.post(target, "40")).hasToString("200 ok");
        assertThat(http.get(target).text()).startsWith("40{\"sid\":");
    }

    @Test
    void doesNotAnswerPlainHttp() {
        start();
        RawHttp plain = server.closing(RawHttp.connect(server.port())).sendGet(ServerExtension.POLLING);

        assertThat(plain.isClosedByServer()).isTrue();
    }

    @Test
    void namesAKeyStoreThatCannotBeRead() {
        Server io = Server.builder()
                .host("127.0.0.1")
                .tls(new KeyStoreFile(directory.resolve("missing.p12"), "PKCS12", PASSWORD))
                .build();

        assertThatThrownBy(io::start).hasMessageContaining("missing.p12").hasMessageNotContaining(PASSWORD);
    }

    private Server start() {
        return server.start(options -> options.tls(new KeyStoreFile(keyStore(), "PKCS12", PASSWORD)));
    }

    private RawHttp connect(String version) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return server.closing(new RawHttp(socket));
    }

    private static TrustManager[] trust() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStore())) {
            store.load(in, PASSWORD.toCharArray());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static Path keyStore() {
        return directory.resolve("duet.p12");
    }
}
