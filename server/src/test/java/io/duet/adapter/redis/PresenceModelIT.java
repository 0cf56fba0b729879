package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many users that come, go, reload, move to other nodes and change rooms, beside a model that knows what is true. In each round each user does one
 * thing; between rounds all is quiet, so that what every node has told can be compared with what happened, exactly.
 */
final class PresenceModelIT {
    private static final Logger log = LoggerFactory.getLogger(PresenceModelIT.class);

    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final int USERS = 2_000;
    private static final List<String> ROOMS = List.of("blue", "green", "red");

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    private final Random random = new Random(20_26);
    private final List<PresenceNode> nodes = new ArrayList<>();
    private final List<User> users = new ArrayList<>();
    private int socketNumber;

    @Test
    void tellsWhatHappenedAndNothingElse() {
        run(4);
    }

    /** Ten minutes of users who do something every ten seconds. */
    @Test
    @Tag("long")
    void tellsWhatHappenedInTenMinutesAndNothingElse() {
        run(60);
    }

    private void run(int rounds) {
        String uri = redis.single().uri();
        IntStream.range(0, 3).forEach(i -> nodes.add(PresenceNode.start(redis, uri, GRACE, LEASE)));
        IntStream.range(0, USERS).forEach(i -> users.add(new User("user" + i)));

        for (int round = 0; round < rounds; round++) {
            users.forEach(User::doSomething);
            awaitTruth();
        }

        for (PresenceNode node : nodes) {
            Map<String, List<String>> told = new TreeMap<>();
            node.events.forEach(event -> told.computeIfAbsent(event.userId(), any -> new ArrayList<>())
                    .add(PresenceNode.text(event)));
            for (User user : users) {
                List<String> transitions = told.getOrDefault(user.id, List.of()).stream()
                        .filter(text -> !text.equals("updated"))
                        .toList();
                assertThat(inAnyOrderLeft(transitions)).as(user.id).isEqualTo(inAnyOrderLeft(user.expected));
            }
            assertThat(PresenceNode.join(node.directory.counts()).repairs()).isZero();
        }
        assertThat(nodes.get(1).events).containsExactlyElementsOf(nodes.get(0).events);
        assertThat(nodes.get(2).events).containsExactlyElementsOf(nodes.get(0).events);
        log.info(
                "{} actions, {} transitions on each node",
                rounds * USERS,
                nodes.get(0).events.size());
    }

    /** Rooms that are left together are left in the order in which their last sockets went, which the model does not know. */
    private static List<String> inAnyOrderLeft(List<String> transitions) {
        List<String> sorted = new ArrayList<>(transitions);
        int start = 0;
        for (int i = 0; i <= sorted.size(); i++) {
            if (i == sorted.size() || !sorted.get(i).startsWith("left")) {
                sorted.subList(start, i).sort(null);
                start = i + 1;
            }
        }
        return sorted;
    }

    private void awaitTruth() {
        Map<String, Integer> online = new TreeMap<>();
        users.stream()
                .filter(user -> !user.sockets.isEmpty())
                .forEach(user -> online.put(user.id, user.sockets.size()));
        Map<String, Integer> inRooms = new TreeMap<>();
        for (String room : ROOMS) {
            inRooms.put(room, (int)
                    users.stream().filter(user -> user.rooms().contains(room)).count());
        }
        await().atMost(QUIET).untilAsserted(() -> assertThat(nodes).allSatisfy(node -> {
            assertThat(node.users()).isEqualTo(online);
            for (String room : ROOMS) {
                assertThat(PresenceNode.join(node.directory.countIn(room))).isEqualTo(inRooms.get(room));
            }
        }));
    }

    /** What is true of a user, and what has to be told of it. */
    private final class User {
        private final String id;
        private final Map<String, Device> sockets = new LinkedHashMap<>();
        private final List<String> expected = new ArrayList<>();

        User(String id) {
            this.id = id;
        }

        Set<String> rooms() {
            Set<String> rooms = new TreeSet<>();
            sockets.values().forEach(device -> rooms.addAll(device.rooms));
            return rooms;
        }

        void doSomething() {
            Set<String> before = rooms();
            boolean wasOnline = !sockets.isEmpty();
            switch (random.nextInt(7)) {
                case 0 -> connect(Set.of());
                case 1 -> connect(Set.of(anyOf(ROOMS)));
                case 2 -> disconnectAll();
                case 3 -> reload();
                case 4 -> disconnectOne();
                case 5 -> join();
                default -> leave();
            }
            expect(wasOnline, before);
        }

        private void expect(boolean wasOnline, Set<String> before) {
            Set<String> after = rooms();
            boolean isOnline = !sockets.isEmpty();
            if (isOnline && !wasOnline) {
                expected.add("online");
            }
            after.stream().filter(room -> !before.contains(room)).forEach(room -> expected.add("joined " + room));
            before.stream().filter(room -> !after.contains(room)).forEach(room -> expected.add("left " + room));
            if (wasOnline && !isOnline) {
                expected.add("offline");
            }
        }

        private void connect(Set<String> rooms) {
            if (sockets.size() == 3) {
                return;
            }
            String socketId = "socket" + socketNumber++;
            PresenceNode node = nodes.get(random.nextInt(nodes.size()));
            sockets.put(socketId, new Device(node, new TreeSet<>(rooms)));
            node.connect(socketId, id, rooms.toArray(String[]::new));
        }

        private void disconnectOne() {
            if (!sockets.isEmpty()) {
                String socketId = anyOf(List.copyOf(sockets.keySet()));
                sockets.remove(socketId).node.directory.forget(socketId);
            }
        }

        private void disconnectAll() {
            while (!sockets.isEmpty()) {
                disconnectOne();
            }
        }

        /** All its pages, to other nodes perhaps. */
        private void reload() {
            List<Set<String>> pages =
                    sockets.values().stream().map(device -> device.rooms).toList();
            disconnectAll();
            pages.forEach(this::connect);
        }

        private void join() {
            if (!sockets.isEmpty()) {
                String socketId = anyOf(List.copyOf(sockets.keySet()));
                String room = anyOf(ROOMS);
                Device device = sockets.get(socketId);
                if (device.rooms.add(room)) {
                    device.node.directory.joined(socketId, room);
                }
            }
        }

        private void leave() {
            if (!sockets.isEmpty()) {
                String socketId = anyOf(List.copyOf(sockets.keySet()));
                String room = anyOf(ROOMS);
                Device device = sockets.get(socketId);
                if (device.rooms.remove(room)) {
                    device.node.directory.left(socketId, room);
                }
            }
        }
    }

    private <T> T anyOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private record Device(PresenceNode node, Set<String> rooms) {}
}
