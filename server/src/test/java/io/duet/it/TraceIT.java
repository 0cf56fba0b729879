package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import io.duet.redis.RedisExtension;
import io.duet.socketio.Server;
import io.duet.wire.RawSocketIoClient;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A trace that something is sent in goes on at the other node, where OpenTelemetry's API is on the class path. */
final class TraceIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final SpanContext SPAN = SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.builder().put("vendor", "value").build());

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private final BlockingQueue<SpanContext> seen = new LinkedBlockingQueue<>();

    private enum Wire {
        CLASSIC {
            @Override
            RedisAdapter at(String uri) {
                return RedisAdapter.classic(uri, RedisAdapterOptions.defaults());
            }
        },
        SHARDED {
            @Override
            RedisAdapter at(String uri) {
                return RedisAdapter.sharded(uri, RedisAdapterOptions.defaults());
            }
        },
        STREAMS {
            @Override
            RedisAdapter at(String uri) {
                return RedisAdapter.streams(uri, RedisAdapterOptions.defaults());
            }
        };

        abstract RedisAdapter at(String uri);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void goesOnAtTheOtherNode(Wire wire) throws Exception {
        String uri = redis.single().uri();
        Server first = start(wire.at(uri));
        Server second = start(wire.at(uri));
        second.sockets().onServerSide("question", (arguments, ack) -> see(ack::send));
        second.onConnection(socket -> socket.onAnyOutgoing((event, arguments) -> see(() -> {})));
        await().atMost(LIMIT).until(() -> get(first.sockets().adapter().serverCount()) == 2);
        try (RawSocketIoClient client = RawSocketIoClient.open(second.port())) {
            client.join("/");
            await().atMost(LIMIT).until(() -> get(first.fetchSockets()).size() == 1);

            for (Runnable send : List.<Runnable>of(
                    () -> first.emit("news"),
                    () -> first.serverSideEmit("question"),
                    () -> first.serverSideEmitWithAck("question"),
                    () -> first.timeout(LIMIT).emitWithAck("news"))) {
                Context.root().with(Span.wrap(SPAN)).wrap(send).run();
                assertSeen(SPAN.getTraceId(), SPAN.getSpanId(), SPAN.getTraceState());

                send.run();
                assertSeen(
                        SpanContext.getInvalid().getTraceId(),
                        SpanContext.getInvalid().getSpanId(),
                        TraceState.getDefault());
            }
        }
    }

    private void see(Runnable behind) {
        seen.add(Span.current().getSpanContext());
        behind.run();
    }

    private void assertSeen(String traceId, String spanId, TraceState state) throws InterruptedException {
        assertThat(seen.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .extracting(SpanContext::getTraceId, SpanContext::getSpanId, SpanContext::getTraceState)
                .containsExactly(traceId, spanId, state);
    }

    private Server start(RedisAdapter adapter) {
        Server server =
                Server.builder().host("127.0.0.1").adapter(adapter).build().start();
        redis.closing(() -> get(server.close()));
        return server;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }
}
