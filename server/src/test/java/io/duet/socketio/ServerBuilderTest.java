package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.duet.adapter.RecoveryOptions;
import io.duet.engineio.Acceptor;
import io.duet.engineio.ListenOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ServerBuilderTest {
    @Test
    void defaultsAreThoseOfNode() {
        ServerOptions options = new ServerOptions(Server.builder());

        assertThat(options.engine().path()).isEqualTo("/socket.io");
        assertThat(options.connectTimeout()).hasSeconds(45);
        assertThat(options.maxAttachments()).isEqualTo(10);
        assertThat(options.ackTimeout()).hasSeconds(5);
        assertThat(options.connectionStateRecovery()).isEmpty();
        assertThat(options.cleanupEmptyChildNamespaces()).isFalse();
        assertThat(options.maxChildNamespaces()).isEqualTo(10_000);
        assertThat(options.maxQueuedInboundBytes()).isEqualTo(128 * 1024);
        assertThat(options.listenerExecution()).isEqualTo(ListenerExecution.WORKERS);
        assertThat(RecoveryOptions.DEFAULT.maxDisconnectionDuration()).hasMinutes(2);
        assertThat(RecoveryOptions.DEFAULT.skipMiddlewares()).isTrue();
    }

    @Test
    void anotherAcceptorIsToldWhereToListenAndWhenToStop() {
        List<ListenOptions> listening = new ArrayList<>();
        Acceptor acceptor = (where, engine) -> {
            listening.add(where);
            return new Acceptor.Binding() {
                @Override
                public int port() {
                    return where.port() + 1;
                }

                @Override
                public void close() {
                    listening.remove(where);
                }
            };
        };
        Server server = Server.builder().port(3000).acceptor(acceptor).build().start();

        assertThat(listening).containsExactly(ListenOptions.port(3000));
        assertThat(server.port()).isEqualTo(3001);
        server.close().toCompletableFuture().join();
        assertThat(listening).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongValuesAreNamed(Consumer<ServerBuilder> setting, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting.accept(Server.builder()))
                .withMessage(message);
    }

    @ParameterizedTest
    @MethodSource("nulls")
    void nullsAreNamed(Consumer<ServerBuilder> setting, String name) {
        assertThatNullPointerException()
                .isThrownBy(() -> setting.accept(Server.builder()))
                .withMessage(name);
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> wrong() {
        return Stream.of(
                setting("port: -1 (expected: 0 to 65535)", b -> b.port(-1)),
                setting("port: 65536 (expected: 0 to 65535)", b -> b.port(65_536)),
                setting("path: chat (expected: text that starts with /)", b -> b.path("chat")),
                setting("connectTimeout: PT0S (expected: > 0)", b -> b.connectTimeout(Duration.ZERO)),
                setting("ackTimeout: PT-0.001S (expected: > 0)", b -> b.ackTimeout(Duration.ofMillis(-1))),
                setting("maxAttachments: 0 (expected: > 0)", b -> b.maxAttachments(0)),
                setting("maxQueuedInboundBytes: -5 (expected: > 0)", b -> b.maxQueuedInboundBytes(-5)),
                setting("maxChildNamespaces: 0 (expected: > 0)", b -> b.maxChildNamespaces(0)),
                setting(
                        "maxDisconnectionDuration: PT0S (expected: > 0)",
                        b -> b.connectionStateRecovery(new RecoveryOptions(Duration.ZERO, true, 1))),
                setting(
                        "maxPackets: 0 (expected: > 0)",
                        b -> b.connectionStateRecovery(new RecoveryOptions(Duration.ofSeconds(1), true, 0))));
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> nulls() {
        return Stream.of(
                setting("host", b -> b.host(null)),
                setting("mapper", b -> b.mapper(null)),
                setting("adapters", b -> b.adapter(null)),
                setting("httpHandler", b -> b.httpHandler(null)),
                setting("listenerExecution", b -> b.listenerExecution(null)),
                setting("listenerExecutor", b -> b.listenerExecutor(null)),
                setting("recovery", b -> b.connectionStateRecovery(null)));
    }

    private static org.junit.jupiter.params.provider.Arguments setting(
            String message, Consumer<ServerBuilder> setting) {
        return org.junit.jupiter.params.provider.Arguments.of(Named.of("builder", setting), message);
    }
}
