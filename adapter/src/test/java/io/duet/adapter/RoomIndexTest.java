package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RoomIndexTest {
    private final RoomIndex index = new RoomIndex();
    private final RecordedRoomEvents events = new RecordedRoomEvents();

    @Test
    void tellsOfRoomsInTheOrderOfTheirLives() {
        index.addListener(events);
        FakeSocket a = new FakeSocket("a");
        FakeSocket b = new FakeSocket("b");

        index.addAll(a, Set.of("r"));
        index.addAll(b, Set.of("r"));
        index.del(a, "r");
        index.delAll(b);

        assertThat(events.all())
                .containsExactly("create r", "join r a", "join r b", "leave r a", "leave r b", "delete r");
    }

    @Test
    void saysNothingOfJoinsAndLeavesThatChangeNothing() {
        FakeSocket a = new FakeSocket("a");
        index.addAll(a, Set.of("r"));
        index.addListener(events);

        index.addAll(a, Set.of("r"));
        index.addAll(a, Set.of());
        index.del(a, "other");
        index.del(new FakeSocket("stranger"), "r");
        index.delAll(new FakeSocket("stranger"));

        assertThat(events.all()).isEmpty();
        assertThat(index.roomsOf("a")).containsExactly("r");
        assertThat(index.roomsOf("stranger")).isEmpty();
    }

    @Test
    void emptyRoomsAreGone() {
        FakeSocket a = new FakeSocket("a");
        index.addAll(a, Set.of("r", "s"));

        index.del(a, "r");

        assertThat(index.contains("r")).isFalse();
        assertThat(index.names()).containsExactly("s");
        assertThat(index.roomsOf("a")).containsExactly("s");
    }

    @Test
    void whatItHandsOutIsNotChangedByLaterJoins() {
        FakeSocket a = new FakeSocket("a");
        index.addAll(a, Set.of("r"));
        Set<String> rooms = index.roomsOf("a");
        Set<String> names = index.names();
        Collection<? extends LocalSocket> members = index.select(options(Set.of("r"), Set.of()), List.of());

        index.addAll(a, Set.of("s"));
        index.addAll(new FakeSocket("b"), Set.of("r"));

        assertThat(rooms).containsExactly("r");
        assertThat(names).containsExactly("r");
        assertThat(members).hasSize(1);
    }

    @Test
    void selectsEachSocketOnceHoweverManyRoomsItIsIn() {
        FakeSocket a = new FakeSocket("a");
        FakeSocket b = new FakeSocket("b");
        index.addAll(a, Set.of("r", "s"));
        index.addAll(b, Set.of("s"));

        assertThat(ids(index.select(options(Set.of("r", "s", "none"), Set.of()), List.of())))
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void exceptWinsOverRooms() {
        FakeSocket a = new FakeSocket("a");
        FakeSocket b = new FakeSocket("b");
        index.addAll(a, Set.of("r", "s"));
        index.addAll(b, Set.of("r"));

        assertThat(ids(index.select(options(Set.of("r"), Set.of("s")), List.of())))
                .containsExactly("b");
        assertThat(ids(index.select(options(Set.of(), Set.of("s", "none")), List.of(a, b))))
                .containsExactly("b");
        assertThat(index.select(options(Set.of("r"), Set.of("r")), List.of())).isEmpty();
        assertThat(index.select(options(Set.of("none"), Set.of("none")), List.of(a, b)))
                .isEmpty();
    }

    @Test
    void largeRoomsKeepEveryMemberWhileOthersLeaveFromAnyPlace() {
        List<FakeSocket> sockets =
                IntStream.range(0, 40).mapToObj(i -> new FakeSocket("s" + i)).toList();
        sockets.forEach(socket -> index.addAll(socket, Set.of("r")));
        Set<String> expected = new HashSet<>(ids(sockets));

        for (int i : new int[] {0, 39, 17, 1, 38, 16, 15, 20}) {
            index.del(sockets.get(i), "r");
            expected.remove("s" + i);

            assertThat(ids(index.select(options(Set.of("r"), Set.of()), List.of())))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithASimpleModel(long seed) {
        Random random = new Random(seed);
        List<FakeSocket> sockets =
                IntStream.range(0, 60).mapToObj(i -> new FakeSocket("s" + i)).toList();
        Model model = new Model();
        index.addListener(events);

        for (int step = 0; step < 4_000; step++) {
            change(random, sockets.get(random.nextInt(sockets.size())), model);
            if (step % 50 == 0) {
                compare(random, sockets, model);
            }
        }
        sockets.forEach(socket -> {
            index.delAll(socket);
            model.delAll(socket.id());
        });

        compare(random, sockets, model);
        assertThat(index.names()).isEmpty();
        assertThat(events.all()).isEqualTo(model.events);
    }

    private void change(Random random, FakeSocket socket, Model model) {
        switch (random.nextInt(10)) {
            case 0 -> {
                index.delAll(socket);
                model.delAll(socket.id());
            }
            case 1, 2, 3, 4 -> {
                String room = room(random);
                index.del(socket, room);
                model.del(socket.id(), room);
            }
            default -> {
                Set<String> rooms = rooms(random);
                index.addAll(socket, rooms);
                model.addAll(socket.id(), rooms);
            }
        }
    }

    private void compare(Random random, List<FakeSocket> sockets, Model model) {
        assertThat(index.names()).isEqualTo(model.members.keySet());
        for (FakeSocket socket : sockets) {
            assertThat(index.roomsOf(socket.id())).isEqualTo(model.roomsOf(socket.id()));
        }
        for (int i = 0; i < 5; i++) {
            BroadcastOptions options = options(random.nextBoolean() ? Set.of() : rooms(random), rooms(random));
            Collection<? extends LocalSocket> selected = index.select(options, sockets);
            assertThat(ids(selected)).containsExactlyInAnyOrderElementsOf(model.select(options, ids(sockets)));
        }
    }

    /** The first rooms are crowded, the last ones nearly empty. */
    private static String room(Random random) {
        return "r" + (int) (Math.pow(random.nextDouble(), 3) * 20);
    }

    private static Set<String> rooms(Random random) {
        Set<String> rooms = new LinkedHashSet<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            rooms.add(room(random));
        }
        return rooms;
    }

    private static BroadcastOptions options(Set<String> rooms, Set<String> except) {
        return new BroadcastOptions(rooms, except, BroadcastFlags.NONE);
    }

    private static List<String> ids(Collection<? extends LocalSocket> sockets) {
        return sockets.stream().map(LocalSocket::id).toList();
    }

    /** The same, as simple as can be. */
    private static final class Model {
        private final Map<String, Set<String>> members = new LinkedHashMap<>();
        private final Map<String, Set<String>> rooms = new LinkedHashMap<>();
        private final List<String> events = new ArrayList<>();

        void addAll(String id, Set<String> names) {
            for (String name : names) {
                if (rooms.computeIfAbsent(id, key -> new LinkedHashSet<>()).add(name)) {
                    if (!members.containsKey(name)) {
                        events.add("create " + name);
                    }
                    members.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(id);
                    events.add("join " + name + " " + id);
                }
            }
        }

        void del(String id, String name) {
            if (roomsOf(id).contains(name)) {
                rooms.get(id).remove(name);
                members.get(name).remove(id);
                events.add("leave " + name + " " + id);
                if (members.get(name).isEmpty()) {
                    members.remove(name);
                    events.add("delete " + name);
                }
            }
        }

        void delAll(String id) {
            new ArrayList<>(roomsOf(id)).forEach(name -> del(id, name));
        }

        Set<String> roomsOf(String id) {
            return rooms.getOrDefault(id, Set.of());
        }

        Set<String> select(BroadcastOptions options, List<String> all) {
            Set<String> selected = new LinkedHashSet<>();
            if (options.rooms().isEmpty()) {
                selected.addAll(all);
            }
            options.rooms().forEach(name -> selected.addAll(members.getOrDefault(name, Set.of())));
            options.except().forEach(name -> selected.removeAll(members.getOrDefault(name, Set.of())));
            return selected;
        }
    }
}
