package io.duet.bench;

import io.duet.app.bench.Latencies;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Many small rooms, the members of each on several nodes. The rooms take turns at a fixed rate, and in each its members: every member must
 * get every message of its room once, those of one sender in order.
 */
final class Rooms {
    static final int MEMBERS = 12;

    private static final int ROOM_DIGITS = 4;
    private static final int FROM_DIGITS = 2;
    private static final int FIRST_FROM = 10;
    private static final int NUMBER_DIGITS = 8;
    private static final int FIRST_NUMBER = 10_000_000;
    private static final long SETTLING_MILLIS = 2000;
    private static final long SILENCE_LIMIT_MILLIS = 10_000;

    private final Load load;
    private final Shape shape;
    private final byte[] message;
    private final Layout sent;
    private final Layout received;
    private final List<Member> members = new ArrayList<>();
    private long messages;
    private long arrived;
    private long repeated;
    private long disordered;
    private Latencies latencies = new Latencies();

    /**
     * @param spread on how many of the nodes the members of a room are
     * @param bytes of a message as JSON
     */
    record Shape(int rooms, int spread, int bytes) {}

    /**
     * What came of it.
     *
     * @param lost deliveries that never came
     * @param disordered those that came after a later message of the same sender
     */
    record Outcome(
            long messages,
            long deliveries,
            double seconds,
            long lost,
            long repeated,
            long disordered,
            Latencies latencies) {
        /** @throws IllegalStateException if not every delivery came once and in order */
        void check() {
            if (lost + repeated + disordered > 0) {
                throw new IllegalStateException(String.format(
                        "%d of %d deliveries lost, %d repeated, %d out of order",
                        lost, deliveries + lost, repeated, disordered));
            }
        }
    }

    Rooms(Load load, Shape shape) {
        this.load = load;
        this.shape = shape;
        String json = Message.json(
                "\"room\":\"" + "0".repeat(ROOM_DIGITS) + "\",\"from\":" + FIRST_FROM + ",\"n\":" + FIRST_NUMBER + ",",
                shape.bytes());
        message = Message.bytes("42[\"bcast\"," + json + "]");
        sent = Layout.of(message);
        received = Layout.of(Message.bytes("42[\"msg\"," + json + "]"));
    }

    /** Connects the members and joins them. */
    void gather(List<PeerProcess> nodes) {
        int spread = Math.min(shape.spread(), nodes.size());
        for (int i = 0; i < shape.rooms() * MEMBERS; i++) {
            members.add(new Member(i / MEMBERS));
        }
        for (int node = 0; node < nodes.size(); node++) {
            int here = node;
            List<Member> local = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                if ((i / MEMBERS + i % MEMBERS % spread) % nodes.size() == here) {
                    local.add(members.get(i));
                }
            }
            List<BenchClient> clients = load.connect(nodes.get(node).port(), local.size());
            for (int i = 0; i < local.size(); i++) {
                local.get(i).client = clients.get(i);
            }
        }
        for (int room = 0; room < shape.rooms(); room++) {
            List<Member> those = members.subList(room * MEMBERS, (room + 1) * MEMBERS);
            load.join(those.stream().map(member -> member.client).toList(), name(room));
        }
        load.await(() -> {
            members.forEach(
                    member -> member.client.receiver((client, bytes, length) -> onMessage(member, bytes, length)));
            return true;
        });
        // Not every server says when the cluster knows of its new room.
        PeerProcess.pause(SETTLING_MILLIS);
    }

    /**
     * Returns when everything has arrived, or nothing more comes.
     *
     * @param perSecond messages offered to each room
     */
    Outcome sendFor(int seconds, int perSecond) {
        load.await(() -> {
            messages = 0;
            arrived = 0;
            repeated = 0;
            disordered = 0;
            latencies = new Latencies();
            return true;
        });
        long started = System.nanoTime();
        long period = TimeUnit.SECONDS.toNanos(1) / ((long) shape.rooms() * perSecond);
        ScheduledFuture<?> task = load.loop().scheduleAtFixedRate(this::send, 0, period, TimeUnit.NANOSECONDS);
        PeerProcess.pause(seconds * 1000L);
        load.await(() -> task.cancel(false));
        drain();
        double elapsed = (System.nanoTime() - started) / 1e9;
        return load.await(() -> {
            long lost = messages * MEMBERS - arrived;
            members.forEach(Member::forget);
            return new Outcome(messages, arrived, elapsed, lost, repeated, disordered, latencies);
        });
    }

    private void drain() {
        long before = -1;
        long since = System.nanoTime();
        while (load.await(() -> arrived < messages * MEMBERS)) {
            load.check();
            long now = load.await(() -> arrived);
            if (now > before) {
                before = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(SILENCE_LIMIT_MILLIS)) {
                return;
            }
            PeerProcess.pause(5);
        }
        load.check();
    }

    private void send() {
        int room = (int) (messages % shape.rooms());
        int from = (int) (messages / shape.rooms() % MEMBERS);
        Member sender = members.get(room * MEMBERS + from);
        Message.put(message, sent.room(), ROOM_DIGITS, room);
        Message.put(message, sent.from(), FROM_DIGITS, FIRST_FROM + from);
        Message.put(message, sent.number(), NUMBER_DIGITS, FIRST_NUMBER + sender.sent);
        Message.putTime(message, sent.time(), Message.now());
        sender.client.send(message);
        sender.sent++;
        messages++;
    }

    private void onMessage(Member member, byte[] bytes, int length) {
        if (length != received.length() || Message.number(bytes, received.room(), ROOM_DIGITS) != member.room) {
            throw new IllegalStateException("a message that is not of room " + member.room);
        }
        int from = (int) Message.number(bytes, received.from(), FROM_DIGITS) - FIRST_FROM;
        int number = (int) Message.number(bytes, received.number(), NUMBER_DIGITS) - FIRST_NUMBER;
        switch (member.arrivals.take(from, number)) {
            case NEW -> arrived++;
            case DISORDERED -> {
                arrived++;
                disordered++;
            }
            case REPEATED -> repeated++;
        }
        latencies.record(Message.now() - Message.time(bytes, received.time()));
    }

    private static String name(int room) {
        byte[] name = new byte[ROOM_DIGITS];
        Message.put(name, 0, ROOM_DIGITS, room);
        return new String(name, StandardCharsets.US_ASCII);
    }

    /** Where the numbers are in a message. */
    private record Layout(int room, int from, int number, int time, int length) {
        static Layout of(byte[] message) {
            return new Layout(
                    Message.offset(message, "\"room\":\""),
                    Message.offset(message, "\"from\":"),
                    Message.offset(message, "\"n\":"),
                    Message.offsetOfTime(message),
                    message.length);
        }
    }

    /** On the load's thread. */
    private final class Member {
        private final int room;
        private final Arrivals arrivals = new Arrivals(MEMBERS);
        private int sent;
        BenchClient client;

        Member(int room) {
            this.room = room;
        }

        /** What is missing now is not waited for. */
        void forget() {
            for (int from = 0; from < MEMBERS; from++) {
                arrivals.forget(from, members.get(room * MEMBERS + from).sent);
            }
        }
    }
}
