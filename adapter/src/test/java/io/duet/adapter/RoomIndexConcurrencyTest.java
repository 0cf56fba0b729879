package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many threads on the same sockets and rooms. */
final class RoomIndexConcurrencyTest {
    private static final int THREADS = 8;
    private static final int CHANGES = 8_000;
    private static final int SOCKETS = 40;
    private static final int ROOMS = 6;

    private final RoomIndex index = new RoomIndex();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final List<FakeSocket> sockets =
            IntStream.range(0, SOCKETS).mapToObj(i -> new FakeSocket("s" + i)).toList();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void bothViewsAgreeAfterManyThreadsHaveChangedTheSameSockets() throws Exception {
        Replay replay = new Replay();
        index.addListener(replay);

        inParallel(random -> change(random, sockets.get(random.nextInt(SOCKETS))));

        Map<String, Set<String>> bySocket = new HashMap<>();
        for (FakeSocket socket : sockets) {
            index.roomsOf(socket.id()).forEach(room -> bySocket.computeIfAbsent(room, key -> new HashSet<>())
                    .add(socket.id()));
        }
        assertThat(byRoom()).isEqualTo(bySocket).isEqualTo(replay.members);
        assertThat(replay.faults).hasValue(0);
    }

    @Test
    void nothingIsLeftOnceEverySocketHasLeft() throws Exception {
        Replay replay = new Replay();
        index.addListener(replay);

        inParallel(random -> {
            FakeSocket socket = sockets.get(random.nextInt(SOCKETS));
            change(random, socket);
            index.delAll(socket);
        });

        assertThat(index.names()).isEmpty();
        assertThat(byRoom()).isEmpty();
        assertThat(sockets)
                .allSatisfy(socket -> assertThat(index.roomsOf(socket.id())).isEmpty());
        assertThat(replay.members).isEmpty();
        assertThat(replay.faults).hasValue(0);
    }

    @Test
    void readersSeeOnlyWholeMembersWhileOthersChange() throws Exception {
        FakeSocket constant = new FakeSocket("constant");
        IntStream.range(0, ROOMS).forEach(i -> index.addAll(constant, Set.of("r" + i)));

        inParallel(random -> {
            change(random, sockets.get(random.nextInt(SOCKETS)));
            List<LocalSocket> members = members("r" + random.nextInt(ROOMS));
            if (members.contains(null)
                    || !members.contains(constant)
                    || new HashSet<>(members).size() != members.size()) {
                throw new AssertionError("torn view: " + members);
            }
        });

        assertThat(index.roomsOf("constant")).hasSize(ROOMS);
    }

    private void change(Random random, FakeSocket socket) {
        String room = "r" + random.nextInt(ROOMS);
        switch (random.nextInt(5)) {
            case 0 -> index.delAll(socket);
            case 1, 2 -> index.del(socket, room);
            default -> index.addAll(socket, new HashSet<>(List.of(room, "r" + random.nextInt(ROOMS))));
        }
    }

    private void inParallel(Step step) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Future<?>> results = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            Random random = new Random(thread);
            Callable<Void> work = () -> {
                start.await();
                for (int i = 0; i < CHANGES; i++) {
                    step.run(random);
                }
                return null;
            };
            results.add(threads.submit(work));
        }
        for (Future<?> result : results) {
            result.get(30, TimeUnit.SECONDS);
        }
    }

    private Map<String, Set<String>> byRoom() {
        Map<String, Set<String>> byRoom = new HashMap<>();
        for (String room : index.names()) {
            Set<String> ids = new HashSet<>();
            members(room).forEach(socket -> ids.add(socket.id()));
            byRoom.put(room, ids);
        }
        return byRoom;
    }

    private List<LocalSocket> members(String room) {
        return new ArrayList<>(
                index.select(new BroadcastOptions(Set.of(room), Set.of(), BroadcastFlags.NONE), List.of()));
    }

    private interface Step {
        void run(Random random);
    }

    /** Rebuilds the rooms from their events; an event that does not fit what came before is a fault. */
    private static final class Replay implements RoomListener {
        private final Map<String, Set<String>> members = new ConcurrentHashMap<>();
        private final AtomicInteger faults = new AtomicInteger();

        @Override
        public void created(String room) {
            check(members.putIfAbsent(room, new HashSet<>()) == null);
        }

        @Override
        public void joined(String room, String socketId) {
            check(members.containsKey(room) && members.get(room).add(socketId));
        }

        @Override
        public void left(String room, String socketId) {
            check(members.containsKey(room) && members.get(room).remove(socketId));
        }

        @Override
        public void deleted(String room) {
            Set<String> last = members.remove(room);
            check(last != null && last.isEmpty());
        }

        private void check(boolean fits) {
            if (!fits) {
                faults.incrementAndGet();
            }
        }
    }
}
