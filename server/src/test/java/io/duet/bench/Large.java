package io.duet.bench;

import java.util.List;

/** Small broadcasts to one room; right before some of them another client broadcasts a megabyte to another room. The small ones count. */
final class Large implements Workload {
    private static final String ROOM = "large";
    private static final int MEMBERS = 5;

    /** Under the limit of a megabyte that servers have for a message. */
    private static final int BYTES = 990_000;

    private final Fanout small;
    private final int every;

    /** @param every how many small ones there are to a large one */
    Large(Fanout small, int every) {
        this.small = small;
        this.every = every;
    }

    @Override
    public String unit() {
        return "small delivery";
    }

    @Override
    public Run open(Load load) {
        List<BenchClient> smallMembers = small.members(load);
        List<BenchClient> members = load.connect(MEMBERS);
        load.join(members, ROOM);
        List<BenchClient> senders = load.connect(2);
        return new Mixed(load, senders, smallMembers, members);
    }

    private final class Mixed extends Fanout.Broadcasts {
        private final BenchClient sender;
        private final byte[] message = Message.bytes("42[\"bcast\"," + json() + "]");
        private final byte[] expected = Message.bytes("42[\"msg\"," + json() + "]");
        private final int timeOffset = Message.offsetOfTime(message);
        private final int expectedTimeOffset = Message.offsetOfTime(expected);
        private int broadcasts;
        private int underWay;

        Mixed(Load load, List<BenchClient> senders, List<BenchClient> smallMembers, List<BenchClient> members) {
            small.super(load, senders.get(0), smallMembers);
            sender = senders.get(1);
            members.forEach(member -> member.receiver(this::onLarge));
        }

        @Override
        int offerNext() {
            if (broadcasts++ % every == 0) {
                Message.putTime(message, timeOffset, Message.now());
                sender.send(message);
                underWay += MEMBERS;
            }
            return super.offerNext();
        }

        @Override
        boolean othersUnderWay() {
            return underWay > 0;
        }

        private void onLarge(BenchClient client, byte[] received, int length) {
            long sentAt = Message.time(received, expectedTimeOffset);
            if (length != expected.length || sentAt <= client.time) {
                throw new IllegalStateException("large delivery " + client.received + " is not the one expected");
            }
            client.time = sentAt;
            client.received++;
            underWay--;
        }
    }

    private static String json() {
        return Message.json("\"room\":\"" + ROOM + "\",", BYTES);
    }
}
