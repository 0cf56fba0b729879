package io.duet.bench;

import java.util.List;

/** Clients send what is answered: some at once when it is their turn, or each the next one when the last was answered. */
abstract class Exchanges extends Run {
    private final List<BenchClient> clients;
    private final int burst;
    private int turn;

    /** @param burst how much a client whose turn it is sends at once */
    Exchanges(Load load, List<BenchClient> clients, int burst) {
        super(load);
        this.clients = clients;
        this.burst = burst;
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).index = i;
            clients.get(i).receiver(this::onAnswer);
        }
    }

    abstract void write(BenchClient client);

    /** Checks an answer, and tells when that which it answers was written. */
    abstract long sentAt(BenchClient client, byte[] answer, int length);

    @Override
    final int offerNext() {
        BenchClient client = clients.get(turn);
        turn = (turn + 1) % clients.size();
        for (int i = 0; i < burst; i++) {
            write(client);
        }
        client.flush();
        return burst;
    }

    @Override
    final int offerFirst() {
        clients.forEach(this::next);
        return clients.size();
    }

    private void next(BenchClient client) {
        write(client);
        client.flush();
    }

    private void onAnswer(BenchClient client, byte[] answer, int length) {
        done(sentAt(client, answer, length));
        client.received++;
        if (followed()) {
            next(client);
        }
    }
}
