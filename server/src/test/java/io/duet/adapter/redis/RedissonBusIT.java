package io.duet.adapter.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a bus promises, against real servers that die, freeze and change their roles. */
final class RedissonBusIT {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private final List<String> events = new CopyOnWriteArrayList<>();

    @Test
    void deliversInOneOrderOverAllChannels() {
        RedisServer server = redis.single();
        RedissonBus sender = bus(server.uri());
        List<String> heard = new CopyOnWriteArrayList<>();
        RedissonBus receiver = bus(server.uri());
        for (int i = 0; i < 5; i++) {
            join(receiver.subscribe("c" + i, (channel, payload) -> heard.add(text(payload))));
        }
        join(receiver.subscribePattern("p*", (channel, payload) -> heard.add(text(payload))));

        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            sender.publish(i % 6 == 5 ? "px" + i : "c" + i % 6, bytes(i));
            sent.add(Integer.toString(i));
        }

        await().atMost(LIMIT).until(() -> heard.size() == sent.size());
        assertThat(heard).isEqualTo(sent);
    }

    @Test
    void killedMasterLosesNothingForOneSubscriber() {
        SentinelTopology topology = redis.sentinel();
        RedissonBus sender = bus(topology.uri());
        List<Integer> heard = new CopyOnWriteArrayList<>();
        RedissonBus receiver = bus(topology.uri());
        join(receiver.subscribe("news", (channel, payload) -> heard.add(Integer.parseInt(text(payload)))));
        join(receiver.subscribeCounted("servers", (channel, payload) -> {}));
        join(sender.subscribeCounted("servers", (channel, payload) -> {}));
        await().until(() ->
                sender.countSubscribers("servers").toCompletableFuture().join() == 2);

        RedisServer master = topology.master();
        int[] sent = {0};
        await().pollInterval(Duration.ofMillis(2)).atMost(Duration.ofSeconds(3)).until(() -> {
            sender.publish("news", bytes(sent[0]++));
            return sent[0] == 500;
        });
        master.kill();
        await().pollInterval(Duration.ofMillis(2)).atMost(LIMIT).until(() -> {
            sender.publish("news", bytes(sent[0]++));
            return sent[0] > 2000 && receiver.isReady() && sender.isReady();
        });
        await().atMost(LIMIT).until(() -> heard.contains(sent[0] - 1));

        assertThat(heard.stream().distinct())
                .isEqualTo(IntStream.range(0, sent[0]).boxed().toList());
    }

    private RedissonBus bus(String uri) {
        RedisAdapterOptions options = RedisAdapterOptions.builder()
                .listener(new BusListener() {
                    @Override
                    public void lost() {
                        events.add("lost");
                    }

                    @Override
                    public void regained() {
                        events.add("regained");
                    }

                    @Override
                    public void gapSuspected() {
                        events.add("gap");
                    }
                })
                .build();
        RedissonBus bus = RedissonBus.to(RedisUri.parse(uri), options);
        redis.closing(() -> bus.close(Duration.ZERO).toCompletableFuture().get(5, TimeUnit.SECONDS));
        await().atMost(LIMIT).until(bus::isReady);
        return bus;
    }

    private static Bus.Subscription join(CompletionStage<Bus.Subscription> subscription) {
        return subscription
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static byte[] bytes(int number) {
        return Integer.toString(number).getBytes(UTF_8);
    }

    private static String text(byte[] payload) {
        return new String(payload, UTF_8);
    }
}
