package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that subscribe to the rooms they hold, and to no other: what Redis delivers, what arrives, and in which order. */
final class TargetedSubscriptionIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern OUTPUT = Pattern.compile("total_net_output_bytes:(\\d+)");
    private static final String ROOM_CHANNEL = "socket.io#/#r#";

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private RedisServer server;

    @BeforeEach
    void start() {
        server = redis.single();
    }

    @Test
    void redisDeliversToTheNodesThatHoldTheRoom() {
        List<ClusterNode> nodes = nodes(8);
        AtomicInteger received = new AtomicInteger();
        for (ClusterNode holder : nodes.subList(0, 2)) {
            holder.connect("s", packet -> received.incrementAndGet())
                    .enter("r")
                    .toCompletableFuture()
                    .join();
        }
        int messages = 1_000;
        String text = "x".repeat(1_000);

        long before = outputBytes();
        for (int i = 0; i < messages; i++) {
            nodes.get(7).adapter().broadcast(event(text), to("r"));
        }
        await().atMost(LIMIT).until(() -> received.get() == 2 * messages);
        long perMessage = (outputBytes() - before) / messages;

        assertThat(server.call("PUBSUB", "NUMSUB", ROOM_CHANNEL)).isEqualTo(List.of(ROOM_CHANNEL, 2L));
        assertThat(server.call("PUBSUB", "NUMPAT")).isEqualTo(0L);
        assertThat(server.call("PUBLISH", ROOM_CHANNEL, "refused")).isEqualTo(2L);
        assertThat(perMessage).as("bytes that Redis sends for one message").isBetween(2_000L, 2_999L);
        assertThat(received).hasValue(2 * messages);
    }

    @Test
    void leavesTheChannelBehindTheLastMember() {
        ClusterNode node = nodes(1).get(0);
        ClusterNode.Member one = node.connect("1", packet -> {});
        ClusterNode.Member other = node.connect("2", packet -> {});
        one.enter("r").toCompletableFuture().join();
        other.enter("r").toCompletableFuture().join();

        one.leave(Set.of("r"));
        other.disconnect(true);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.call("PUBSUB", "CHANNELS", "socket.io#/#?*"))
                .isEqualTo(List.of("socket.io#/#1#")));
    }

    @Test
    void whoHasJoinedMissesNothing() {
        joins(2_000);
    }

    @Test
    @Tag("long")
    void whoHasJoinedOftenMissesNothing() {
        joins(10_000);
    }

    private void joins(int joins) {
        List<ClusterNode> nodes = nodes(2);
        Set<String> missing = ConcurrentHashMap.newKeySet();
        ClusterNode.Member member = nodes.get(0).connect("s", packet -> missing.remove(text(packet)));
        CompletableFuture<?>[] sent = new CompletableFuture<?>[joins];

        for (int i = 0; i < joins; i++) {
            String room = "r" + i;
            missing.add(room);
            sent[i] = member.enter(room)
                    .thenRun(() -> nodes.get(1).adapter().broadcast(event(room), to(room)))
                    .toCompletableFuture();
        }
        CompletableFuture.allOf(sent).join();

        await().atMost(LIMIT).untilAsserted(() -> assertThat(missing).isEmpty());
    }

    @Test
    void whoWasMadeToJoinMissesNothingOfTheSameSender() {
        List<ClusterNode> nodes = nodes(2);
        Set<String> missing = ConcurrentHashMap.newKeySet();
        nodes.get(0).connect("s", packet -> missing.remove(text(packet)));

        for (int i = 0; i < 2_000; i++) {
            String room = "r" + i;
            missing.add(room);
            nodes.get(1).adapter().addSockets(to("s"), Set.of(room));
            nodes.get(1).adapter().broadcast(event(room), to(room));
        }

        await().atMost(LIMIT).untilAsserted(() -> assertThat(missing).isEmpty());
    }

    @Test
    void messagesOfEachSenderAndRoomComeOnceAndInOrder() {
        order(10_000);
    }

    @Test
    @Tag("long")
    void manyMessagesOfEachSenderAndRoomComeOnceAndInOrder() {
        order(100_000);
    }

    /** Each of four nodes sends its share, to each of five rooms in turn, a little ahead of what has arrived; all are in all rooms. */
    private void order(int messages) {
        int rooms = 5;
        List<ClusterNode> nodes = nodes(4);
        List<Map<String, List<Integer>>> heard = new ArrayList<>();
        AtomicInteger received = new AtomicInteger();
        Semaphore ahead = new Semaphore(1_000);
        for (ClusterNode node : nodes) {
            Map<String, List<Integer>> ofNode = new ConcurrentHashMap<>();
            heard.add(ofNode);
            ClusterNode.Member member = node.connect("s", packet -> {
                String[] parts = text(packet).split(" ", -1);
                List<Integer> numbers = ofNode.computeIfAbsent(parts[0] + " " + parts[1], key -> new ArrayList<>());
                synchronized (numbers) {
                    numbers.add(Integer.parseInt(parts[2]));
                }
                if (received.incrementAndGet() % nodes.size() == 0) {
                    ahead.release();
                }
            });
            for (int room = 0; room < rooms; room++) {
                member.enter("r" + room).toCompletableFuture().join();
            }
        }

        List<Thread> senders = new ArrayList<>();
        for (int n = 0; n < nodes.size(); n++) {
            ClusterNode node = nodes.get(n);
            String name = "n" + n;
            Thread sender = new Thread(() -> {
                for (int i = 0; i < messages / nodes.size(); i++) {
                    ahead.acquireUninterruptibly();
                    String room = "r" + i % rooms;
                    node.adapter().broadcast(event(name + " " + room + " " + i / rooms), to(room));
                }
            });
            sender.start();
            senders.add(sender);
        }
        await().atMost(Duration.ofMinutes(3)).until(() -> received.get() == messages * nodes.size());

        assertThat(senders).noneMatch(Thread::isAlive);
        Map<String, List<Integer>> expected = new HashMap<>();
        for (int n = 0; n < nodes.size(); n++) {
            for (int room = 0; room < rooms; room++) {
                List<Integer> numbers = new ArrayList<>();
                for (int i = 0; i < messages / nodes.size() / rooms; i++) {
                    numbers.add(i);
                }
                expected.put("n" + n + " r" + room, numbers);
            }
        }
        assertThat(heard).allSatisfy(ofNode -> assertThat(ofNode).isEqualTo(expected));
    }

    private List<ClusterNode> nodes(int count) {
        List<ClusterNode> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(redis.closing(new ClusterNode(server.uri())));
        }
        await().atMost(LIMIT)
                .until(() -> nodes.stream().allMatch(ClusterNode::isReady)
                        && nodes.get(0)
                                        .adapter()
                                        .serverCount()
                                        .toCompletableFuture()
                                        .join()
                                == count);
        return nodes;
    }

    private long outputBytes() {
        Matcher matcher = OUTPUT.matcher(String.valueOf(server.call("INFO", "stats")));
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static EventPacket event(String text) {
        return new EventPacket("/", List.of("e", text));
    }

    /** What came over the wire is a tree, what did not is as it was. */
    private static String text(EventPacket packet) {
        Object value = packet.data().get(1);
        return value instanceof JsonNode tree ? tree.textValue() : (String) value;
    }

    private static BroadcastOptions to(String room) {
        return new BroadcastOptions(Set.of(room), Set.of(), BroadcastFlags.NONE);
    }
}
