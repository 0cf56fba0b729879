package io.duet.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One client broadcasts to rooms in turn. Every member must get every broadcast to its rooms once, in order: what comes is for a room of its
 * own, later than what came before, and in the end there are as many as were due.
 */
final class Fanout implements Workload {
    private static final int ROOM_DIGITS = 5;

    /** A prime that divides no number of rooms here, so that neighbours, which have the same members, do not follow each other. */
    private static final int STRIDE = 7919;

    /** Compresses about as text does. */
    private static final String WORDS =
            "{a: 17, name: one of the many, at: 2024-11-05, text: what we all had to say of it} ";

    private final Options options;

    /** What is broadcast. */
    enum Payload {
        JSON,
        DEFLATED_JSON,
        ATTACHMENT
    }

    /**
     * @param members of each room; the clients are dealt to the rooms in turn
     * @param bytes of the object as JSON, or of the attachment
     */
    record Options(int clients, int rooms, int members, int bytes, Payload payload, Load.Wire wire) {}

    Fanout(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "delivery";
    }

    @Override
    public Load.Wire wire() {
        return options.wire();
    }

    @Override
    public Run open(Load load) {
        List<BenchClient> members = members(load);
        return new Broadcasts(load, load.connect(1).get(0), members);
    }

    /** Connects the members, each in its rooms. */
    List<BenchClient> members(Load load) {
        List<BenchClient> clients = load.connect(options.clients());
        List<List<String>> roomsOf = new ArrayList<>();
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).index = i;
            roomsOf.add(new ArrayList<>());
        }
        for (int room = 0; room < options.rooms(); room++) {
            for (int i = 0; i < options.members(); i++) {
                roomsOf.get((int) (((long) room * options.members() + i) % clients.size()))
                        .add(name(room));
            }
        }
        load.join(clients, client -> roomsOf.get(client.index));
        return clients;
    }

    private static int roomOffset(byte[] message) {
        return Message.offset(message, name(0)) - ROOM_DIGITS;
    }

    private static String name(int room) {
        return String.format(Locale.ROOT, "r%0" + ROOM_DIGITS + "d", room);
    }

    /** The broadcasts to a set of members. */
    class Broadcasts extends Run {
        private final BenchClient sender;
        private final boolean attachment = options.payload() == Payload.ATTACHMENT;
        private final byte[] head;
        private final byte[] message;
        private final byte[] expected;
        private final int roomOffset;
        private final int timeOffset;
        private final int expectedRoomOffset;
        private final int expectedTimeOffset;
        private int broadcasts;

        Broadcasts(Load load, BenchClient sender, List<BenchClient> members) {
            super(load);
            this.sender = sender;
            String json = Message.json(
                    "\"room\":\"" + name(0) + "\",",
                    options.bytes(),
                    options.payload() == Payload.DEFLATED_JSON ? WORDS : "x");
            head = Message.bytes("451-[\"bin\",\"" + name(0) + "\",{\"_placeholder\":true,\"num\":0}]");
            message = attachment ? new byte[options.bytes()] : Message.bytes("42[\"bcast\"," + json + "]");
            expected = attachment ? new byte[options.bytes()] : Message.bytes("42[\"msg\"," + json + "]");
            roomOffset = roomOffset(attachment ? head : message);
            timeOffset = attachment ? 0 : Message.offsetOfTime(message);
            expectedRoomOffset = roomOffset(expected);
            expectedTimeOffset = attachment ? 0 : Message.offsetOfTime(expected);
            load.await(() -> {
                members.forEach(member -> member.receiver(this::onMessage));
                return true;
            });
        }

        @Override
        int offerNext() {
            int room = (int) ((long) broadcasts++ * STRIDE % options.rooms());
            Message.put(attachment ? head : message, roomOffset, ROOM_DIGITS, room);
            Message.putTime(message, timeOffset, Message.now());
            if (attachment) {
                sender.send(head);
                sender.sendBinary(message);
            } else {
                sender.send(message);
            }
            return options.members();
        }

        private void onMessage(BenchClient client, byte[] received, int length) {
            if (length != expected.length) {
                throw new IllegalStateException("delivery of " + length + " bytes (expected: " + expected.length + ")");
            }
            long sentAt = Message.time(received, expectedTimeOffset);
            if (sentAt <= client.time) {
                throw new IllegalStateException("delivery " + client.received + " came twice or out of order");
            }
            if (!attachment && !isIn(client, (int) Message.number(received, expectedRoomOffset, ROOM_DIGITS))) {
                throw new IllegalStateException("delivery " + client.received + " is for a room of others");
            }
            client.time = sentAt;
            client.received++;
            done(sentAt);
        }

        private boolean isIn(BenchClient client, int room) {
            long first = (long) room * options.members();
            return Math.floorMod(client.index - first, (long) options.clients()) < options.members();
        }
    }
}
