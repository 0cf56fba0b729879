package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import java.util.List;
import java.util.Set;
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

/** A broadcast of 240 bytes of JSON to one room, to and from what Redis carries. Run by {@code server/src/test/bench/micro}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClassicMessages {
    private final ClassicCodec codec = new ClassicCodec(new JsonMapper());
    private final Broadcast broadcast = new Broadcast(
            "0123456789abcdef",
            new EventPacket(
                    "/",
                    List.of(
                            "message",
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("room", "room-0")
                                    .put("sender", 42)
                                    .put("time", 1_700_000_000_000L)
                                    .put("text", "x".repeat(180)))),
            new BroadcastOptions(Set.of("room-0"), Set.of(), BroadcastFlags.NONE));
    private final byte[] payload = codec.encode(broadcast);

    @Benchmark
    public byte[] encode() {
        return codec.encode(broadcast);
    }

    @Benchmark
    public Object decode() {
        return codec.decodeBroadcast(payload);
    }
}
