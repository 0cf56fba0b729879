package io.duet.bench;

import io.duet.app.bench.Latencies;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One client broadcasts at a fixed rate to a room of others. Every receiver must get every broadcast, in order: each is known by its send
 * time.
 */
final class Fanout implements Scenario {
    private static final String ROOM = "r";
    private static final long DRAIN_LIMIT_MILLIS = 60_000;

    private final Options options;

    /**
     * @param perSecond broadcasts offered
     * @param bytes of the broadcast object as JSON
     */
    record Options(int clients, int perSecond, int bytes, int warmUpSeconds, int seconds) {}

    Fanout(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "delivery";
    }

    @Override
    public Measurement run(PeerProcess server) {
        try (Load load = new Load(server.port())) {
            List<BenchClient> members = load.connect(options.clients());
            BenchClient sender = load.connect(1).get(0);
            load.join(members, ROOM);
            Room room = new Room(load, sender, members);
            room.broadcastFor(options.warmUpSeconds());
            room.restart();
            ProcessUsage before = server.usage();
            long started = System.nanoTime();
            room.broadcastFor(options.seconds());
            double seconds = (System.nanoTime() - started) / 1e9;
            ProcessUsage used = server.usage().minus(before);
            load.check();
            return Measurement.of(used, room.reads(), seconds, room.latencies);
        }
    }

    /** The state of a run; on the load's thread. */
    private final class Room {
        private final Load load;
        private final BenchClient sender;
        private final List<BenchClient> members;
        private final byte[] message =
                Message.bytes("42[\"bcast\"," + Message.json("\"room\":\"" + ROOM + "\",", options.bytes()) + "]");
        private final int sentOffset = Message.offsetOfTime(message);
        private final byte[] expected =
                Message.bytes("42[\"msg\"," + Message.json("\"room\":\"" + ROOM + "\",", options.bytes()) + "]");
        private final int receivedOffset = Message.offsetOfTime(expected);
        private long[] sent = new long[1024];
        private int broadcasts;
        private long deliveries;
        private long readsBefore;
        private Latencies latencies = new Latencies();

        Room(Load load, BenchClient sender, List<BenchClient> members) {
            this.load = load;
            this.sender = sender;
            this.members = members;
            load.await(() -> {
                members.forEach(member -> member.receiver(this::onMessage));
                return true;
            });
        }

        void restart() {
            load.await(() -> {
                broadcasts = 0;
                deliveries = 0;
                latencies = new Latencies();
                readsBefore = load.reads();
                members.forEach(member -> member.received = 0);
                return true;
            });
        }

        long reads() {
            return load.await(() -> load.reads() - readsBefore);
        }

        /** Returns when everything has arrived. */
        void broadcastFor(int seconds) {
            long periodNanos = TimeUnit.SECONDS.toNanos(1) / options.perSecond();
            ScheduledFuture<?> task =
                    load.loop().scheduleAtFixedRate(this::broadcast, 0, periodNanos, TimeUnit.NANOSECONDS);
            PeerProcess.pause(seconds * 1000L);
            load.await(() -> task.cancel(false));
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_LIMIT_MILLIS);
            while (load.await(() -> deliveries < (long) broadcasts * members.size())) {
                load.check();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            deliveries + " of " + (long) broadcasts * members.size() + " deliveries arrived");
                }
                PeerProcess.pause(5);
            }
        }

        private void broadcast() {
            if (broadcasts == sent.length) {
                sent = Arrays.copyOf(sent, sent.length * 2);
            }
            long now = Message.now();
            sent[broadcasts++] = now;
            Message.putTime(message, sentOffset, now);
            sender.send(message);
        }

        private void onMessage(BenchClient client, byte[] received, int length) {
            long time = Message.time(received, receivedOffset);
            if (length != expected.length || time != sent[client.received]) {
                throw new IllegalStateException("delivery " + client.received + " is not the one expected");
            }
            client.received++;
            deliveries++;
            latencies.record(Message.now() - time);
        }
    }
}
