package io.duet.engineio.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the JavaScript packages made of the same packets; each file names package and version. */
final class GoldenPackets {
    private GoldenPackets() {}

    static JsonNode load(String file) {
        try (InputStream in = GoldenPackets.class.getResourceAsStream(file)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    static Stream<JsonNode> entries(String file, String section) {
        return stream(load(file).path(section));
    }

    static List<EnginePacket> packets(JsonNode array) {
        return stream(array).map(GoldenPackets::packet).toList();
    }

    static EnginePacket packet(JsonNode json) {
        String data = json.path("data").asText("");
        return switch (json.get("type").textValue()) {
            case "open" -> new EnginePacket.Open(data);
            case "close" -> new EnginePacket.Close();
            case "ping" -> new EnginePacket.Ping(data);
            case "pong" -> new EnginePacket.Pong(data);
            case "message" ->
                json.has("hex") ? new EnginePacket.Binary(bytes(json, "hex")) : new EnginePacket.Text(data);
            case "upgrade" -> new EnginePacket.Upgrade();
            case "noop" -> new EnginePacket.Noop();
            default -> throw new AssertionError(json.toString());
        };
    }

    static byte[] bytes(JsonNode json, String property) {
        return HexFormat.of().parseHex(json.get(property).textValue());
    }

    /** A form in which packets can be compared: bytes by their values. */
    static String describe(EnginePacket packet) {
        return packet instanceof EnginePacket.Binary binary
                ? "Binary[" + HexFormat.of().formatHex(binary.bytes()) + "]"
                : packet.toString();
    }

    static List<String> describe(List<EnginePacket> packets) {
        return packets.stream().map(GoldenPackets::describe).toList();
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        if (array.isEmpty()) {
            throw new AssertionError("no entries");
        }
        return StreamSupport.stream(array.spliterator(), false);
    }
}
