package io.duet.bench;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;

/** Each client joins and leaves rooms, one after the other, and gets an acknowledgement of each. */
final class Churn implements Workload {
    private static final int ROOMS = 1000;

    /** Away from the rooms of its neighbours, so that a room is mostly made by who joins and gone with who leaves. */
    private static final int STRIDE = 31;

    private final Options options;

    /** @param burst how many joins and leaves a client sends at once */
    record Options(int clients, int burst) {}

    Churn(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "join or leave";
    }

    @Override
    public Run open(Load load) {
        return new Turns(load, load.connect(options.clients()), options.burst());
    }

    private static final class Turns extends Exchanges {
        /** Of each client, when it sent what is not acknowledged. */
        private final List<Queue<Long>> times;

        Turns(Load load, List<BenchClient> clients, int burst) {
            super(load, clients, burst);
            times = Stream.<Queue<Long>>generate(ArrayDeque::new)
                    .limit(clients.size())
                    .toList();
        }

        @Override
        void write(BenchClient client) {
            int room = (client.index * STRIDE + client.sent / 2) % ROOMS;
            String event = client.sent % 2 == 0 ? "join" : "leave";
            times.get(client.index).add(Message.now());
            client.write(Message.bytes("42" + client.sent++ + "[\"" + event + "\",\"r" + room + "\"]"));
        }

        @Override
        long sentAt(BenchClient client, byte[] answer, int length) {
            if (!Message.startsWith(answer, length, Message.bytes("43" + client.received + "[\"ok\"]"))) {
                throw new IllegalStateException("acknowledgement " + client.received + " is not the one expected");
            }
            return times.get(client.index).remove();
        }
    }
}
