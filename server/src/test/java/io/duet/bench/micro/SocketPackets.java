package io.duet.bench.micro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.socketio.codec.EncodedPacket;
import io.duet.socketio.codec.JsonPacketDecoder;
import io.duet.socketio.codec.JsonValues;
import io.duet.socketio.codec.Parser;
import io.duet.socketio.codec.SocketPacket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An event with 240 bytes of JSON that asks for an acknowledgement, to and from each of the forms in which it travels. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SocketPackets {
    private static final int ATTACHMENT_BYTES = 1024;

    private final ObjectMapper mapper = JsonValues.mapper();
    private final Parser.Encoder json = Parser.JSON.encoder(mapper);
    private final Parser.Encoder msgpack = Parser.MSGPACK.encoder(mapper);
    private final Parser.Decoder ofJson = Parser.JSON.decoder(mapper, JsonPacketDecoder.DEFAULT_MAX_ATTACHMENTS);
    private final Parser.Decoder ofMsgpack = Parser.MSGPACK.decoder(mapper, JsonPacketDecoder.DEFAULT_MAX_ATTACHMENTS);

    private final SocketPacket event = new SocketPacket.Event("/", 7, List.of("message", payload()));
    private final SocketPacket binary = new SocketPacket.Event("/", 7, List.of("message", new byte[ATTACHMENT_BYTES]));
    private final EncodedPacket eventText = json.encode(event);
    private final EncodedPacket binaryText = json.encode(binary);
    private final byte[] eventBytes = msgpack.encode(event).binaries().get(0);

    /** As in the scenarios of the comparison. */
    private static JsonNode payload() {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("room", "room-0").put("sender", 42).put("time", 1_700_000_000_000L);
        return payload.put("text", "x".repeat(180));
    }

    @Benchmark
    public EncodedPacket jsonEncode() {
        return json.encode(event);
    }

    @Benchmark
    public Optional<SocketPacket> jsonDecode() {
        return ofJson.text(String.valueOf(eventText.text()));
    }

    @Benchmark
    public EncodedPacket jsonEncodeAttachment() {
        return json.encode(binary);
    }

    @Benchmark
    public Optional<SocketPacket> jsonDecodeAttachment() {
        ofJson.text(String.valueOf(binaryText.text()));
        return ofJson.binary(binaryText.binaries().get(0));
    }

    @Benchmark
    public EncodedPacket msgpackEncode() {
        return msgpack.encode(event);
    }

    @Benchmark
    public Optional<SocketPacket> msgpackDecode() {
        return ofMsgpack.binary(eventBytes);
    }
}
