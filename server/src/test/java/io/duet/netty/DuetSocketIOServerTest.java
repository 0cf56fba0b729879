package io.duet.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIONamespace;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.Transport;
import io.duet.adapter.Adapter;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.InMemoryAdapter;
import io.duet.engineio.EngineOptions;
import io.duet.engineio.TransportName;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DuetSocketIOServerTest {
    private final Configuration configuration = new Configuration();

    @Test
    void takesTheConfigurationOver() {
        configuration.setContext("/chat");
        configuration.setPingInterval(1000);
        configuration.setPingTimeout(2000);
        configuration.setUpgradeTimeout(3000);
        configuration.setFirstDataTimeout(4000);
        configuration.setMaxHttpContentLength(5000);
        configuration.setMaxFramePayloadLength(6000);
        configuration.setTransports(Transport.WEBSOCKET);

        DuetSocketIOServer server = new DuetSocketIOServer(configuration);

        EngineOptions options = server.io().options().engine();
        assertThat(options.path()).isEqualTo("/chat");
        assertThat(options.pingInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(options.pingTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(options.upgradeTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(server.io().options().connectTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(options.maxHttpBufferSize()).isEqualTo(6000);
        assertThat(options.transports()).containsExactly(TransportName.WEBSOCKET);
        assertThat(options.allowEIO3()).isTrue();
    }

    @Test
    void pingTimeoutOfZeroNeverPasses() {
        configuration.setPingTimeout(0);

        DuetSocketIOServer server = new DuetSocketIOServer(configuration);

        assertThat(server.io().options().engine().pingTimeout()).isGreaterThanOrEqualTo(Duration.ofDays(1));
    }

    @Test
    void optionsOfDuetComeLast() {
        configuration.setPingInterval(1000);

        DuetSocketIOServer server =
                new DuetSocketIOServer(configuration, builder -> builder.pingInterval(Duration.ofSeconds(9)));

        assertThat(server.io().options().engine().pingInterval()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void broadcastToSeveralRoomsIsOneOperationOfTheAdapter() {
        List<String> operations = new ArrayList<>();
        SocketIOServer server =
                new DuetSocketIOServer(configuration, builder -> builder.adapter(recording(operations)));

        server.getRoomOperations("red", "blue").sendEvent("event", 1);

        assertThat(operations).hasSize(1);
        assertThat(operations.get(0)).startsWith("/ broadcast").contains("red", "blue");
    }

    @Test
    void broadcastToNoRoomReachesNobody() {
        List<String> operations = new ArrayList<>();
        SocketIOServer server =
                new DuetSocketIOServer(configuration, builder -> builder.adapter(recording(operations)));

        server.getRoomOperations().sendEvent("event", 1);
        server.getRoomOperations().disconnect();

        assertThat(operations).isEmpty();
    }

    @Test
    void broadcastOfAServerReachesEveryNamespace() {
        List<String> operations = new ArrayList<>();
        SocketIOServer server =
                new DuetSocketIOServer(configuration, builder -> builder.adapter(recording(operations)));
        server.addNamespace("/chat");

        server.getBroadcastOperations().sendEvent("event", 1);

        assertThat(operations).hasSize(2).allMatch(text -> text.contains(" broadcast"));
    }

    @Test
    void namespaceIsMadeOnce() {
        SocketIOServer server = new DuetSocketIOServer(configuration);

        SocketIONamespace chat = server.addNamespace("/chat");

        assertThat(server.addNamespace("/chat")).isSameAs(chat).isSameAs(server.getNamespace("/chat"));
        assertThat(server.getNamespace("")).isSameAs(server.addNamespace("/"));
        assertThat(server.getNamespace("/other")).isNull();
        assertThat(server.getAllNamespaces()).hasSize(2);
    }

    @Test
    void pipelineIsNotReplaceable() {
        SocketIOServer server = new DuetSocketIOServer(configuration);

        // None is one that somebody would have to end.
        assertThatThrownBy(() -> server.setPipelineFactory(null)).isInstanceOf(UnsupportedOperationException.class);
    }

    private static AdapterFactory recording(List<String> operations) {
        return (namespace, sockets) -> {
            Adapter adapter = InMemoryAdapter.factory().create(namespace, sockets);
            return (Adapter) Proxy.newProxyInstance(
                    Adapter.class.getClassLoader(), new Class<?>[] {Adapter.class}, (proxy, method, arguments) -> {
                        if (method.getName().startsWith("broadcast")
                                || method.getName().startsWith("disconnect")) {
                            operations.add(namespace + " " + method.getName() + " " + Arrays.toString(arguments));
                        }
                        return method.invoke(adapter, arguments);
                    });
        };
    }
}
