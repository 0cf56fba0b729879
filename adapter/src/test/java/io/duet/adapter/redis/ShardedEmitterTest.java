package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.redis.ClusterWriter.Nothing;
import io.duet.adapter.redis.RedisAdapterOptions.SubscriptionMode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Node's servers were seen to publish, published by an emitter, which has no counterpart in Node. */
final class ShardedEmitterTest {
    private final FakeBus bus = new FakeBus();

    /** What emitters can say too. */
    static Stream<Vectors.Vector> captured() {
        return Vectors.withPayload(Vectors.SHARDED).filter(vector -> canSay(message(vector)));
    }

    @Test
    void allKindsOfMessagesAreThere() {
        assertThat(captured()
                        .map(vector -> message(vector).getClass().getSimpleName())
                        .distinct())
                .containsExactlyInAnyOrder("Broadcast", "Join", "Leave", "Disconnect", "ServerSideEmit");
        assertThat(captured().filter(Vectors.Vector::isMessagePack)).hasSizeGreaterThan(10);
        assertThat(captured().map(Vectors.Vector::channel)).contains("socket.io#/#", "socket.io#/#r1#");
    }

    @ParameterizedTest
    @MethodSource("captured")
    void publishesWhatAServerWould(Vectors.Vector vector) {
        String namespace = vector.decoded().get("nsp").textValue();
        ClusterMessage message = message(vector);
        Emitter emitter = Emitter.sharded(
                bus,
                RedisAdapterOptions.builder().subscriptionMode(mode(vector)).build());

        say(emitter.of(namespace), message);

        byte[] expected = new ClusterCodec(namespace, "emitter", new JsonMapper(), Nothing.ABSENT).encode(message);
        assertThat(bus.published).singleElement().satisfies(published -> {
            assertThat(published.channel()).isEqualTo(vector.channel());
            assertThat(published.payload()).isEqualTo(expected);
        });
    }

    private static SubscriptionMode mode(Vectors.Vector vector) {
        if (vector.id().startsWith("sharded-static-")) {
            return SubscriptionMode.STATIC;
        }
        return vector.id().startsWith("sharded-dynamic-private-")
                ? SubscriptionMode.DYNAMIC_PRIVATE
                : SubscriptionMode.DYNAMIC;
    }

    private static ClusterMessage message(Vectors.Vector vector) {
        String namespace = vector.decoded().get("nsp").textValue();
        ShardedVectorsTest.Received received = new ShardedVectorsTest.Received();
        new ClusterCodec(namespace, "own", new JsonMapper(), Nothing.ABSENT).decode(vector.payload(), received);
        return received.messages.get(0);
    }

    private static boolean canSay(ClusterMessage message) {
        if (message instanceof Broadcast broadcast) {
            BroadcastFlags flags = broadcast.options().flags();
            return broadcast.packetId().isEmpty()
                    && flags.timeout().isEmpty()
                    && !flags.toWire().containsKey("expectSingleResponse");
        }
        if (message instanceof Request.ServerSideEmit emit) {
            return emit.requestId().isEmpty();
        }
        return (message instanceof Request.Join join && hasNoFlags(join.options()))
                || (message instanceof Request.Leave leave && hasNoFlags(leave.options()))
                || (message instanceof Request.Disconnect disconnect && hasNoFlags(disconnect.options()));
    }

    /** Those of requests mean nothing; Node's servers send them, and its emitters do not. */
    private static boolean hasNoFlags(BroadcastOptions options) {
        return options.flags().equals(BroadcastFlags.NONE);
    }

    private static void say(Emitter all, ClusterMessage message) {
        if (message instanceof Broadcast broadcast) {
            BroadcastFlags flags = broadcast.options().flags();
            Emitter emitter = to(all, broadcast.options());
            for (String flag : flags.toWire().keySet()) {
                emitter = flag.equals("volatile")
                        ? emitter.asVolatile()
                        : emitter.compress(flags.toWire().get(flag).equals(true));
            }
            List<Object> data = broadcast.packet().data();
            emitter.emit(data.get(0).toString(), data.subList(1, data.size()).toArray());
        } else if (message instanceof Request.Join join) {
            to(all, join.options()).socketsJoin(join.rooms().toArray(String[]::new));
        } else if (message instanceof Request.Leave leave) {
            to(all, leave.options()).socketsLeave(leave.rooms().toArray(String[]::new));
        } else if (message instanceof Request.Disconnect disconnect) {
            to(all, disconnect.options()).disconnectSockets(disconnect.close());
        } else {
            List<Object> data = ((Request.ServerSideEmit) message).data();
            all.serverSideEmit(
                    data.get(0).toString(), data.subList(1, data.size()).toArray());
        }
    }

    private static Emitter to(Emitter all, BroadcastOptions options) {
        return all.to(options.rooms().toArray(String[]::new))
                .except(options.except().toArray(String[]::new));
    }
}
