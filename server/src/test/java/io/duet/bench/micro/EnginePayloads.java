package io.duet.bench.micro;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.PollingPayloadV3;
import io.duet.engineio.codec.PollingPayloadV4;
import io.duet.engineio.codec.ProtocolRevision;
import io.duet.engineio.codec.WebSocketCodec;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Messages of 240 bytes in the bodies of polling requests, and one in a WebSocket frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EnginePayloads {
    private static final EnginePacket MESSAGE = new EnginePacket.Text("2[\"message\",\"" + "x".repeat(225) + "\"]");

    @Param({"1", "100"})
    public int packets;

    private List<EnginePacket> messages = List.of();
    private String v3 = "";
    private String v4 = "";
    private final String frame = "4" + ((EnginePacket.Text) MESSAGE).text();

    @Setup
    public void fill() {
        messages = Collections.nCopies(packets, MESSAGE);
        v3 = PollingPayloadV3.encodeText(messages);
        v4 = PollingPayloadV4.encode(messages);
    }

    @Benchmark
    public String pollingEncode() {
        return PollingPayloadV4.encode(messages);
    }

    @Benchmark
    public List<EnginePacket> pollingDecode() {
        return PollingPayloadV4.decode(v4);
    }

    @Benchmark
    public String pollingV3Encode() {
        return PollingPayloadV3.encodeText(messages);
    }

    @Benchmark
    public List<EnginePacket> pollingV3Decode() {
        return PollingPayloadV3.decodeText(v3);
    }

    @Benchmark
    public byte[] webSocketEncode() {
        return OutboundMessage.of(messages, true).webSocketFrames(ProtocolRevision.V4);
    }

    @Benchmark
    public EnginePacket webSocketDecodeOne() {
        return WebSocketCodec.decodeText(frame, ProtocolRevision.V4);
    }
}
