package io.duet.bench;

import java.util.List;

/** Each client joins and leaves rooms, one after the other, and waits for the acknowledgement of each. */
final class Churn implements Workload {
    private static final int ROOMS = 1000;

    /** Away from the rooms of its neighbours, so that a room is mostly made by who joins and gone with who leaves. */
    private static final int STRIDE = 31;

    private final int clients;

    Churn(int clients) {
        this.clients = clients;
    }

    @Override
    public String unit() {
        return "join or leave";
    }

    @Override
    public Run open(Load load) {
        return new Turns(load, load.connect(clients));
    }

    private static final class Turns extends Run {
        private final List<BenchClient> clients;

        Turns(Load load, List<BenchClient> clients) {
            super(load);
            this.clients = clients;
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).index = i;
                clients.get(i).receiver(this::onMessage);
            }
        }

        @Override
        int offerNext() {
            throw new UnsupportedOperationException("rate: any (expected: 0)");
        }

        @Override
        int offerFirst() {
            clients.forEach(this::send);
            return clients.size();
        }

        private void send(BenchClient client) {
            int room = (client.index * STRIDE + client.sent / 2) % ROOMS;
            String event = client.sent % 2 == 0 ? "join" : "leave";
            client.time = Message.now();
            client.send(Message.bytes("42" + client.sent++ + "[\"" + event + "\",\"r" + room + "\"]"));
        }

        private void onMessage(BenchClient client, byte[] received, int length) {
            if (!Message.startsWith(received, length, Message.bytes("43" + client.received + "[\"ok\"]"))) {
                throw new IllegalStateException("acknowledgement " + client.received + " is not the one expected");
            }
            client.received++;
            done(client.time);
            if (followed()) {
                send(client);
            }
        }
    }
}
