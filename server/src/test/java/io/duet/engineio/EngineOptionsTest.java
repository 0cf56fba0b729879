package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class EngineOptionsTest {
    @Test
    void defaultsAreThoseOfNode() {
        EngineOptions options = EngineOptions.builder().build();

        assertThat(options.path()).isEqualTo("/engine.io");
        assertThat(options.pathPrefix()).isEqualTo("/engine.io/");
        assertThat(options.pingInterval()).hasSeconds(25);
        assertThat(options.pingTimeout()).hasSeconds(20);
        assertThat(options.upgradeTimeout()).hasSeconds(10);
        assertThat(options.maxHttpBufferSize()).isEqualTo(1_000_000);
        assertThat(options.transports()).containsExactlyInAnyOrder(TransportName.POLLING, TransportName.WEBSOCKET);
        assertThat(options.upgradesToWebSocket()).isTrue();
        assertThat(options.allowEIO3()).isFalse();
        assertThat(options.cors()).isEmpty();
        assertThat(options.cookie()).isEmpty();
        assertThat(options.httpCompressionThresholdBytes()).isEqualTo(1024);
        assertThat(options.perMessageDeflate()).isFalse();
        assertThat(options.maxQueuedBytes()).isEqualTo(8 * 1024 * 1024);
        assertThat(options.initialPacket()).isEmpty();
    }

    @Test
    void compressionMayBeOfEverythingOrFromNodesThresholdOn() {
        EngineOptions all =
                EngineOptions.builder().httpCompression(0).perMessageDeflate(0).build();
        EngineOptions node = EngineOptions.builder().perMessageDeflate().build();

        assertThat(all.httpCompressionThresholdBytes()).isZero();
        assertThat(all.perMessageDeflate()).isTrue();
        assertThat(all.perMessageDeflateThresholdBytes()).isZero();
        assertThat(node.perMessageDeflate()).isTrue();
        assertThat(node.perMessageDeflateThresholdBytes()).isEqualTo(1024);
    }

    @ParameterizedTest
    @CsvSource({"/chat, /chat, /chat/", "/chat/, /chat, /chat/", "/, '', /", "/a/b/, /a/b, /a/b/"})
    void aTrailingSlashOfThePathIsDropped(String set, String path, String prefix) {
        EngineOptions options = EngineOptions.builder().path(set).build();

        assertThat(options.path()).isEqualTo(path);
        assertThat(options.pathPrefix()).isEqualTo(prefix);
        assertThat(EngineOptions.builder()
                        .path(set)
                        .addTrailingSlash(false)
                        .build()
                        .pathPrefix())
                .isEqualTo(path);
    }

    @Test
    void upgradesNeedTheWebSocketAndTheOption() {
        assertThat(EngineOptions.builder().allowUpgrades(false).build().upgradesToWebSocket())
                .isFalse();
        assertThat(EngineOptions.builder()
                        .transports(TransportName.POLLING)
                        .build()
                        .upgradesToWebSocket())
                .isFalse();
    }

    @Test
    void laterChangesOfTheBuilderChangeNoOptions() {
        EngineOptions.Builder builder = EngineOptions.builder().pingInterval(Duration.ofSeconds(1));
        EngineOptions options = builder.build();

        builder.pingInterval(Duration.ofSeconds(2));

        assertThat(options.pingInterval()).hasSeconds(1);
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongValuesAreNamed(Consumer<EngineOptions.Builder> setting, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting.accept(EngineOptions.builder()))
                .withMessage(message);
    }

    @ParameterizedTest
    @MethodSource("nulls")
    void nullsAreNamed(Consumer<EngineOptions.Builder> setting, String name) {
        assertThatNullPointerException()
                .isThrownBy(() -> setting.accept(EngineOptions.builder()))
                .withMessage(name);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                wrong("path: chat (expected: text that starts with /)", b -> b.path("chat")),
                wrong("path:  (expected: text that starts with /)", b -> b.path("")),
                wrong("pingInterval: PT0S (expected: > 0)", b -> b.pingInterval(Duration.ZERO)),
                wrong("pingTimeout: PT-1S (expected: > 0)", b -> b.pingTimeout(Duration.ofSeconds(-1))),
                wrong("upgradeTimeout: PT0S (expected: > 0)", b -> b.upgradeTimeout(Duration.ZERO)),
                wrong("maxHttpBufferSize: 0 (expected: > 0)", b -> b.maxHttpBufferSize(0)),
                wrong("maxQueuedBytes: -1 (expected: > 0)", b -> b.maxQueuedBytes(-1)),
                wrong("httpCompression threshold: -1 (expected: >= 0)", b -> b.httpCompression(-1)),
                wrong("perMessageDeflate threshold: -1 (expected: >= 0)", b -> b.perMessageDeflate(-1)),
                wrong("transports: none (expected: at least one)", b -> b.transports()),
                wrong(
                        "trusted proxy: example.org (expected: an address, or a network as 10.0.0.0/8)",
                        b -> b.trustedProxies("example.org")),
                wrong(
                        "trusted proxy: 10.0.0.0/33 (expected: an address, or a network as 10.0.0.0/8)",
                        b -> b.trustedProxies("10.0.0.0/33")));
    }

    static Stream<Arguments> nulls() {
        return Stream.of(
                wrong("cors", b -> b.cors(null)),
                wrong("cookie", b -> b.cookie(null)),
                wrong("allowRequest", b -> b.allowRequest(null)),
                wrong("generateId", b -> b.generateId(null)),
                wrong("initialPacket", b -> b.initialPacket(null)));
    }

    private static Arguments wrong(String message, Consumer<EngineOptions.Builder> setting) {
        return Arguments.of(Named.of("builder", setting), message);
    }
}
