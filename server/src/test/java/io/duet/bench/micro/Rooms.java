package io.duet.bench.micro;

import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.RoomIndex;
import io.duet.adapter.SessionState;
import io.duet.adapter.SocketDetails;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Rooms of twelve, from few to many: what is done to one of them must not depend on how many others there are. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Rooms {
    private static final int MEMBERS = 12;

    @Param({"10", "100", "1000", "10000"})
    public int rooms;

    private final RoomIndex index = new RoomIndex();
    private final LocalSocket guest = new Member("guest");
    private final LocalSocket passer = new Member("passer");
    private String[] names = {};
    private BroadcastOptions[] ones = {};
    private BroadcastOptions[] threes = {};
    private int next;

    @Setup
    public void fill() {
        names = new String[rooms];
        ones = new BroadcastOptions[rooms];
        threes = new BroadcastOptions[rooms];
        for (int room = 0; room < rooms; room++) {
            names[room] = "room-" + room;
            ones[room] = to(Set.of(names[room]), Set.of());
            threes[room] = to(
                    Set.of(names[room], "room-" + (room + 1) % rooms, "room-" + (room + 2) % rooms),
                    Set.of(room + "-0"));
            for (int member = 0; member < MEMBERS; member++) {
                String id = room + "-" + member;
                index.addAll(new Member(id), Set.of(id, names[room]));
            }
        }
        index.addAll(guest, Set.of("guest"));
    }

    private static BroadcastOptions to(Set<String> rooms, Set<String> except) {
        return new BroadcastOptions(rooms, except, BroadcastFlags.NONE);
    }

    /** One that is here joins a room and leaves it. */
    @Benchmark
    public void joinAndLeave() {
        String name = names[turn()];
        index.addAll(guest, Set.of(name));
        index.del(guest, name);
    }

    /** A socket connects, and goes. */
    @Benchmark
    public void ownRoomAndGone() {
        index.addAll(passer, Set.of("passer"));
        index.delAll(passer);
    }

    @Benchmark
    public Collection<? extends LocalSocket> selectOne() {
        return index.select(ones[turn()], List.of());
    }

    /** Three rooms but for the sender. */
    @Benchmark
    public Collection<? extends LocalSocket> selectThreeExceptOne() {
        return index.select(threes[turn()], List.of());
    }

    private int turn() {
        next = next + 1 == rooms ? 0 : next + 1;
        return next;
    }

    /** A socket that is only in rooms. */
    private record Member(String id) implements LocalSocket {
        @Override
        public boolean connected() {
            return true;
        }

        @Override
        public Optional<SessionState> session() {
            return Optional.empty();
        }

        @Override
        public SocketDetails details() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void supersede() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void join(Set<String> rooms) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void leave(Set<String> rooms) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void disconnect(boolean close) {
            throw new UnsupportedOperationException();
        }
    }
}
