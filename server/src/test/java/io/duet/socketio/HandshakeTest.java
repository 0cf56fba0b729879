package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.engineio.EngineRequest;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HandshakeTest {
    private static final Instant ISSUED = Instant.ofEpochMilli(1_700_000_000_123L);

    @Test
    void travelsWithNodesNamesInNodesOrder() {
        JsonNode json = handshake(Map.of("origin", "https://a.example"), ISSUED).toJson();

        assertThat(json)
                .hasToString("{\"headers\":{\"origin\":\"https://a.example\"},"
                        + "\"time\":\"Tue Nov 14 2023 22:13:20 GMT+0000 (Coordinated Universal Time)\","
                        + "\"address\":\"127.0.0.1\",\"xdomain\":true,\"secure\":false,\"issued\":1700000000123,"
                        + "\"url\":\"/socket.io/?EIO=4\",\"query\":{\"EIO\":\"4\"},\"auth\":{\"token\":\"secret\"}}");
    }

    /** Expectations: {@code new Date(ms) + ""} of Node 20 with TZ=UTC. */
    @ParameterizedTest
    @CsvSource({
        "0,             Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)",
        "951782400000,  Tue Feb 29 2000 00:00:00 GMT+0000 (Coordinated Universal Time)",
        "1709510399999, Sun Mar 03 2024 23:59:59 GMT+0000 (Coordinated Universal Time)",
        "1790000000000, Mon Sep 21 2026 14:13:20 GMT+0000 (Coordinated Universal Time)"
    })
    void timeIsTheTextOfNodesDate(long millis, String text) {
        assertThat(handshake(Map.of(), Instant.ofEpochMilli(millis))
                        .toJson()
                        .get("time")
                        .textValue())
                .isEqualTo(text);
    }

    @Test
    void isOfAnotherDomainOnlyWithAnOrigin() {
        assertThat(handshake(Map.of("host", "a.example"), ISSUED).xdomain()).isFalse();
        assertThat(handshake(Map.of("origin", "null"), ISSUED).xdomain()).isTrue();
    }

    @Test
    void showsNoneOfItsSecrets() {
        assertThat(handshake(Map.of("cookie", "session=secret"), ISSUED).toString())
                .doesNotContain("secret")
                .contains("2023-11-14");
    }

    @Test
    void authOfAClientThatSentNoneIsAnEmptyObjectThatStays() {
        EngineRequest request =
                new EngineRequest("GET", "/socket.io/", "/socket.io/", Map.of(), Map.of(), "127.0.0.1", false);
        Handshake handshake = new Handshake(request, JsonNodeFactory.instance.objectNode(), ISSUED);

        assertThat(handshake.auth()).isEmpty();
        ((ObjectNode) handshake.auth()).put("user", "anna");

        assertThat(handshake.auth().path("user").textValue()).isEqualTo("anna");
    }

    private static Handshake handshake(Map<String, String> headers, Instant issued) {
        EngineRequest request = new EngineRequest(
                "GET", "/socket.io/?EIO=4", "/socket.io/", Map.of("EIO", "4"), headers, "127.0.0.1", false);
        return new Handshake(request, JsonNodeFactory.instance.objectNode().put("token", "secret"), issued);
    }
}
