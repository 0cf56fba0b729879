package io.duet.bench;

import java.util.List;

/** Clients send events that ask for an acknowledgement, in turn or each the next one when the last was acknowledged. */
final class Echo implements Workload {
    private static final int ID_DIGITS = 6;
    private static final int FIRST_ID = 100_000;
    private static final int IDS = 900_000;
    private static final int ID_OFFSET = 2;

    private final Options options;

    /** @param bytes of the echoed object as JSON */
    record Options(int clients, int bytes) {}

    Echo(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "round trip";
    }

    @Override
    public Run open(Load load) {
        return new RoundTrips(load, load.connect(options.clients()));
    }

    private final class RoundTrips extends Run {
        private final List<BenchClient> clients;
        private final byte[] message =
                Message.bytes("42" + FIRST_ID + "[\"echo\"," + Message.json("", options.bytes()) + "]");
        private final int sentOffset = Message.offsetOfTime(message);
        private final byte[] expected = Message.bytes("43" + FIRST_ID + "[" + Message.json("", options.bytes()) + "]");
        private final int receivedOffset = Message.offsetOfTime(expected);
        private int turn;

        RoundTrips(Load load, List<BenchClient> clients) {
            super(load);
            this.clients = clients;
            clients.forEach(client -> client.receiver(this::onMessage));
        }

        @Override
        int offerNext() {
            send(clients.get(turn));
            turn = (turn + 1) % clients.size();
            return 1;
        }

        @Override
        int offerFirst() {
            clients.forEach(this::send);
            return clients.size();
        }

        private void send(BenchClient client) {
            Message.put(message, ID_OFFSET, ID_DIGITS, id(client.sent++));
            Message.putTime(message, sentOffset, Message.now());
            client.send(message);
        }

        private void onMessage(BenchClient client, byte[] received, int length) {
            if (length != expected.length || Message.number(received, ID_OFFSET, ID_DIGITS) != id(client.received)) {
                throw new IllegalStateException("acknowledgement " + client.received + " is not the one expected");
            }
            client.received++;
            done(Message.time(received, receivedOffset));
            if (followed()) {
                send(client);
            }
        }

        private int id(int number) {
            return FIRST_ID + number % IDS;
        }
    }
}
