package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.adapter.Adapter;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.SocketDetails;
import io.duet.engineio.EngineRequest;
import io.duet.wire.RawSocketIoClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What must not be read in logs: passwords, tokens, and ids that clients are known by. */
final class LogSecretsIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void aSessionThatCannotBeReadIsToldWithoutWhatItsClientIsKnownBy() {
        RuntimeException timeout = new IllegalStateException(
                "no answer of redis://me:secret@here:1 to command: (GETDEL), params: [sessions:secret]");
        server.start(options -> options.connectionStateRecovery(RecoveryOptions.DEFAULT)
                .adapter((name, sockets) -> {
                    Adapter adapter = InMemoryAdapter.factory().create(name, sockets);
                    return (Adapter) Proxy.newProxyInstance(
                            Adapter.class.getClassLoader(),
                            new Class<?>[] {Adapter.class},
                            (proxy, method, arguments) -> method.getName().equals("restoreSession")
                                    ? CompletableFuture.failedStage(timeout)
                                    : method.invoke(adapter, arguments));
                }));
        RawSocketIoClient client = server.client();
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));

        try {
            assertThat(client.send("0{\"pid\":\"secret\",\"offset\":\"1\"}").read())
                    .startsWith("0{\"sid\":");
        } finally {
            System.setErr(before);
        }

        assertThat(log.toString(StandardCharsets.UTF_8))
                .contains("session could not be read", "command: (GETDEL)")
                .doesNotContain("secret");
    }

    @Test
    void requestsAndDetailsShowNoSecretsAsText() {
        Map<String, String> secret = Map.of("sid", "secret");
        EngineRequest request =
                new EngineRequest("GET", "/a?sid=secret", "/a", secret, Map.of("cookie", "secret"), "127.0.0.1", true);
        Server io = server.start();
        SocketDetails details = new SocketDetails("id", io.toTree(secret), Set.of("id"), io.toTree(secret));

        assertThat(request).hasToString("GET /a");
        assertThat(details).hasToString("socket=id rooms=1");
    }
}
