package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.AdapterFactory;
import io.duet.adapter.redis.Emitter;
import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import io.duet.redis.RedisExtension;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Histories of rooms over the streams wire: on one node as without a cluster, and of two nodes and others. */
final class StreamHistoryIT extends HistoryContract {
    private static final int JOINS = 1000;
    private static final int EVENTS_PER_SECOND = 500;
    private static final int PAST = 50;
    private static final int LIVE = 20;

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @RegisterExtension
    final ServerExtension other = new ServerExtension();

    private String uri;

    /** The server's user may do what the documentation asks for, and no more. */
    @BeforeEach
    void startRedis() {
        uri = redis.single()
                .uriOfUser("&socket.io* +publish +subscribe +unsubscribe +pubsub|numsub +ping +role"
                        + " ~socket.io +xadd +xread +xrange +xrevrange"
                        + " ~sio:session:* +eval +evalsha +script|load +get +set +xlen"
                        + " ~{socket.io}:history:* +time +pexpire"
                        + " +zadd +zremrangebyrank +zremrangebylex +zrangebylex +zrevrangebylex");
    }

    @Override
    AdapterFactory adapters() {
        return RedisAdapter.streams(uri, RedisAdapterOptions.defaults());
    }

    /** What is sent is appended and kept in its order. */
    @Override
    void settle(Server io) {
        int before = get(io.in("chat:settled").history(100)).size();
        io.to("chat:settled").emit("settled");
        await().atMost(LIMIT)
                .until(() -> get(io.in("chat:settled").history(100)).size() > before);
    }

    @Test
    void theNodesHaveOneHistoryThatOutlivesThem() {
        Server io = start();
        Server there = startOther();
        numbers(io, 0, 2);
        numbers(there, 2, 4);

        assertThat(numbers(get(io.in("chat:1").history(100)))).containsExactly(0, 1, 2, 3);
        get(io.close());
        assertThat(numbers(get(there.in("chat:1").history(100)))).containsExactly(0, 1, 2, 3);
    }

    /** An emitter knows no histories, nor does a server of Node's. */
    @Test
    void whatOthersWriteIsKeptOnce() {
        Server io = start();
        startOther();
        Emitter emitter = Emitter.streams(uri, RedisAdapterOptions.defaults());
        redis.closing(() -> get(emitter.close()));

        emitter.to("chat:1").emit("number", 1);
        await().atMost(LIMIT).until(() -> !get(io.in("chat:1").history(100)).isEmpty());
        numbers(io, 2, 3);

        assertThat(numbers(get(io.in("chat:1").history(100)))).containsExactly(1, 2);
    }

    @Test
    void whoJoinsDuringAFlowOfAnotherNodeMissesNothingAndGetsNothingTwice() throws InterruptedException {
        start();
        joinDuringAFlowOf(startOther());
    }

    /** Each gets all that was and all that comes, the one right behind the other. */
    @Tag("long")
    @Test
    void aThousandJoinsDuringAFlow() throws Exception {
        Server io = start();
        io.onConnection(socket -> socket.on("join", (arguments, ack) -> socket.joinWithHistory("chat:1", PAST)));
        Server there = startOther();
        numbers(there, 0, PAST);
        AtomicBoolean flowing = new AtomicBoolean(true);
        Thread flow = new Thread(() -> {
            for (int i = PAST; flowing.get(); i++) {
                there.to("chat:1").emit("number", i);
                LockSupport.parkNanos(1_000_000_000L / EVENTS_PER_SECOND);
            }
        });
        flow.start();
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> joins = new ArrayList<>();
            for (int i = 0; i < JOINS; i++) {
                joins.add(clients.submit(this::joinAndListen));
            }
            for (Future<?> join : joins) {
                join.get(60, TimeUnit.SECONDS);
            }
        } finally {
            clients.shutdownNow();
            flowing.set(false);
            flow.join();
        }
    }

    private void joinAndListen() {
        try (RawSocketIoClient client = RawSocketIoClient.open(server.port())) {
            client.join("/");
            client.send("2[\"join\"]");
            int first = number(client.read());
            for (int i = 1; i < PAST + LIVE; i++) {
                assertThat(number(client.read())).isEqualTo(first + i);
            }
        }
    }

    private Server startOther() {
        return other.start(builder -> builder.adapter(adapters()).history("chat:*", 100, Duration.ofMinutes(1)));
    }
}
