package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.adapter.BusStatistics.Direction;
import io.duet.redis.DyingProxy;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.redis.SentinelTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.Redisson;
import org.redisson.config.Config;

/** What a bus promises, against real servers that die, freeze and change their roles. */
final class RedissonBusIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Servers are counted once a second. */
    private static final Duration UNTIL_COUNTED = Duration.ofMillis(1500);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Test
    void deliversInOneOrderOverAllChannels() {
        RedisServer server = redis.single();
        TestBus sender = bus(server.uri());
        TestBus receiver = bus(server.uri());
        for (int i = 0; i < 5; i++) {
            receiver.listen("c" + i);
        }
        TestBus.join(receiver.bus.subscribePattern("p*", receiver::hear));

        List<Integer> sent = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            sender.publish(i % 6 == 5 ? "px" + i : "c" + i % 6, i);
            sent.add(i);
        }

        await().atMost(LIMIT).until(() -> receiver.heard.size() == sent.size());
        assertThat(receiver.heard).isEqualTo(sent);
    }

    @Test
    void subscribesTenThousandRoomsInSecondsAndLeavesThem() {
        RedisServer server = redis.single();
        TestBus bus = bus(server.uri());
        long start = System.nanoTime();

        List<Bus.Subscription> rooms = IntStream.range(0, 10_000)
                .mapToObj(i -> bus.bus.subscribe("room" + i, bus::hear).toCompletableFuture())
                .toList()
                .stream()
                .map(TestBus::join)
                .toList();

        // 0.2 s where nothing else runs.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(server.call("PUBSUB", "NUMSUB", "room9999")).isEqualTo(List.of("room9999", 1L));
        bus.publish("room9999", 7);
        await().atMost(LIMIT).until(() -> bus.heard.equals(List.of(7)));
        CompletableFuture.allOf(rooms.stream()
                        .map(room -> room.cancel().toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        // The bus still listens to itself.
        assertThat((List<?>) server.call("PUBSUB", "CHANNELS", "room*")).isEmpty();
        assertThat((List<?>) server.call("PUBSUB", "CHANNELS")).hasSize(1);
    }

    @Test
    void connectionsThatEndAfterRedissonFindItsExecutor() throws Exception {
        Config config = RedisUri.parse(redis.single().uri()).config();
        Redisson.create(config).shutdown();

        assertThat(config.getExecutor().submit(() -> "ran").get(1, TimeUnit.SECONDS))
                .isEqualTo("ran");
    }

    /** Redis answers before it writes to the subscribers. */
    @Test
    void whatRedisAnswersAndDoesNotTellIsSentAgain() throws Exception {
        DyingProxy server = redis.closing(DyingProxy.before(redis.single()));
        TestBus sender = bus(server.uri());
        TestBus receiver = bus(server.uri());
        receiver.listen("room");
        List.of(sender, receiver).forEach(TestBus::beCounted);
        int before = sender.publishFor("room", 0, UNTIL_COUNTED);
        await().atMost(LIMIT).until(() -> receiver.heard.size() == before);

        server.dieAfterAnswerTo("987654321");
        sender.publish("room", 987654321);

        await().atMost(LIMIT).until(() -> receiver.heard.size() > before);
        assertThat(receiver.heard.subList(before, receiver.heard.size())).containsExactly(987654321);
        await().atMost(LIMIT).until(() -> receiver.events.contains("gap"));
    }

    @Test
    void joinsLeavesAndJoinsInOrder() {
        RedisServer server = redis.single();
        TestBus bus = bus(server.uri());

        for (int i = 0; i < 300; i++) {
            Bus.Subscription subscription = bus.listen("room");
            bus.publish("room", i);
            int expected = i + 1;
            await().pollInterval(Duration.ofMillis(1)).atMost(LIMIT).until(() -> bus.heard.size() == expected);
            subscription.cancel();
        }

        assertThat(bus.heard).isEqualTo(IntStream.range(0, 300).boxed().toList());
    }

    @Test
    void waitsForARedisThatIsNotThereYet() {
        RedisServer server = redis.single();
        server.kill();
        TestBus bus = redis.closing(TestBus.start(server.uri()));
        CompletableFuture<Bus.Subscription> subscribed =
                bus.bus.subscribe("news", bus::hear).toCompletableFuture();
        bus.publish("news", 1);
        bus.publish("news", 2);
        await().during(Duration.ofSeconds(2)).until(() -> !bus.bus.isReady() && !subscribed.isDone());

        server.restart();

        await().atMost(LIMIT).until(() -> bus.heard.equals(List.of(1, 2)));
        assertThat(bus.bus.isReady()).isTrue();
        assertThat(subscribed).isDone();
        assertThat(bus.events).containsExactly("regained");
    }

    @Test
    void whatWaitsForARedisThatIsAwayArrivesInOrder() {
        outage(Duration.ofSeconds(3));
    }

    @Test
    @Tag("long")
    void whatWaitsForARedisThatIsAwayForAMinuteIsBounded() {
        outage(Duration.ofSeconds(60));
    }

    private void outage(Duration away) {
        RedisServer server = redis.single();
        TestBus sender = bus(server.uri());
        TestBus receiver = bus(server.uri());
        receiver.listen("news");
        List.of(sender, receiver).forEach(TestBus::beCounted);
        int before = sender.publishFor("news", 0, UNTIL_COUNTED);
        await().atMost(LIMIT).until(() -> receiver.heard.size() == before);

        server.kill();
        int sent = sender.publishFor("news", before, away);
        server.restart();

        // What was given up is the oldest, and is told at intervals.
        await().atMost(LIMIT).until(() -> receiver.heard.size() + sender.dropped.get() == sent);
        int dropped = sender.dropped.get();
        List<Integer> expected =
                new ArrayList<>(IntStream.range(0, before).boxed().toList());
        IntStream.range(before + dropped, sent).forEach(expected::add);
        assertThat(receiver.heard).isEqualTo(expected);
        if (away.compareTo(RedisAdapterOptions.DEFAULT_MAX_PUBLISH_WAIT) < 0) {
            assertThat(dropped).isZero();
        } else {
            assertThat(dropped).isGreaterThan(sent / 2);
        }
        assertThat(receiver.events).containsExactly("regained", "lost", "gap", "regained");
    }

    @Test
    void countsWhatDoesNotFitWhileRedisIsAway() {
        RedisServer server = redis.single();
        TestBus sender = redis.closing(TestBus.start(server.uri(), options -> options.maxPublishQueueBytes(10_000)));
        await().atMost(LIMIT).until(sender.bus::isReady);
        server.kill();
        await().atMost(LIMIT).until(() -> !sender.bus.isReady());

        for (int i = 0; i < 1000; i++) {
            sender.publish("news", i);
        }

        await().atMost(LIMIT).until(() -> sender.dropped.get() > 800);
        assertThat(sender.dropped).hasValueLessThan(1000);
    }

    @Test
    void countsWhatStillWaitsAtTheEnd() {
        TestBus bus = TestBus.start("redis://127.0.0.1:" + RedisServer.freePort());
        bus.publish("news", 1);
        bus.publish("news", 2);

        bus.close();

        assertThat(bus.dropped).hasValue(2);
    }

    @Test
    void whatIsTooMuchForASlowReceiverIsCounted() throws Exception {
        RedisServer server = redis.single();
        TestBus sender = bus(server.uri());
        TestBus receiver = redis.closing(TestBus.start(server.uri(), options -> options.maxReceiveQueueBytes(10_000)));
        CompletableFuture<Void> open = new CompletableFuture<>();
        AtomicInteger handled = new AtomicInteger();
        TestBus.join(receiver.bus.subscribe("news", (channel, payload) -> {
            open.join();
            handled.incrementAndGet();
        }));

        for (int i = 0; i < 1000; i++) {
            sender.publish("news", i);
        }
        await().atMost(LIMIT).until(() -> sender.bus.queuedMessages(Direction.OUT) == 0);
        // They wait in the connection, and come all at once.
        open.complete(null);

        await().atMost(LIMIT).until(() -> handled.get() + receiver.overrun.get() == 1000);
        assertThat(receiver.overrun.get()).isGreaterThan(800);
    }

    @Test
    void lostSubscriptionsAreNoticedAndMadeAnew() {
        RedisServer server = redis.single();
        TestBus bus = bus(server.uri());
        bus.listen("news");

        server.call("CLIENT", "KILL", "TYPE", "pubsub");

        await().atMost(LIMIT).until(() -> bus.events.equals(List.of("regained", "lost", "gap", "regained")));
        bus.publish("news", 1);
        await().atMost(LIMIT).until(() -> bus.heard.equals(List.of(1)));
    }

    /** The end of one connection is seen before what is still on its way on the other. */
    @Test
    void whatWasOnItsWayIsReadWhenTheConnectionForCommandsEnds() {
        RedisServer server = redis.single();
        TestBus bus = bus(server.uri());
        bus.listen("news");
        int count = 50_000;

        server.call("EVAL", "for i = 0, " + (count - 1) + " do redis.call('PUBLISH', 'news', i) end", "0");
        server.call("CLIENT", "KILL", "TYPE", "normal");

        await().atMost(LIMIT).until(() -> bus.events.equals(List.of("regained", "lost", "gap", "regained")));
        bus.publish("news", count);
        await().atMost(LIMIT).until(() -> bus.heard.contains(count));
        assertThat(bus.heard).isEqualTo(IntStream.rangeClosed(0, count).boxed().toList());
    }

    /** It neither closes connections nor answers: only a message to oneself that does not come back tells. What has waited is not lost. */
    @Test
    void aServerThatHaltsForSecondsLosesNothing() {
        RedisServer server = redis.single();
        TestBus sender = bus(server.uri());
        TestBus hearer = bus(server.uri());
        hearer.listen("news");

        server.freeze();
        int sent = sender.publishFor("news", 0, UNTIL_COUNTED);
        await().atMost(LIMIT).until(() -> !sender.bus.isReady() && !hearer.bus.isReady());
        server.thaw();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(hearer.heard)
                .isEqualTo(IntStream.range(0, sent).boxed().toList()));
        await().atMost(LIMIT).until(() -> sender.bus.isReady() && hearer.bus.isReady());
        assertThat(sender.events).containsExactly("regained");
        assertThat(hearer.events).containsExactly("regained");
    }

    @Test
    @Tag("long")
    void aServerThatHaltsForGoodIsGivenUp() {
        RedisServer server = redis.single();
        TestBus bus = bus(server.uri());
        bus.listen("news");

        server.freeze();
        await().atMost(LIMIT).until(() -> bus.events.equals(List.of("regained", "lost")));
        bus.publish("news", 1);
        server.thaw();

        await().atMost(LIMIT).until(() -> bus.heard.equals(List.of(1)));
    }

    @Test
    void plannedFailoverLosesNothingForAnybody() {
        SentinelTopology topology = redis.sentinel();
        List<TestBus> nodes =
                IntStream.range(0, 3).mapToObj(i -> bus(topology.uri())).toList();
        nodes.forEach(node -> node.listen("news"));
        nodes.forEach(TestBus::beCounted);
        RedisServer old = topology.master();
        int before = nodes.get(0).publishFor("news", 0, UNTIL_COUNTED);

        topology.failover();
        int sent = nodes.get(0).publishFor("news", before, Duration.ofSeconds(5));

        topology.awaitMasterOtherThan(old);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.events).containsExactly("regained", "gap", "regained")));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(node.heard.stream().distinct()).hasSize(sent)));
        List<Integer> all = IntStream.range(0, sent).boxed().toList();
        assertThat(nodes).allSatisfy(node -> assertThat(node.heard).isEqualTo(all));
    }

    private TestBus bus(String uri) {
        TestBus bus = redis.closing(TestBus.start(uri));
        await().atMost(LIMIT).until(bus.bus::isReady);
        return bus;
    }
}
