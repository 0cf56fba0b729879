package io.duet.bench;

/** Clients send events that ask for an acknowledgement with what was sent. */
final class Echo implements Workload {
    private static final int ID_DIGITS = 6;
    private static final int FIRST_ID = 100_000;
    private static final int IDS = 900_000;
    private static final int ID_OFFSET = 2;

    private final Options options;

    /**
     * @param bytes of the echoed object as JSON
     * @param burst how many events a client sends at once
     */
    record Options(int clients, int bytes, int burst) {}

    Echo(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "round trip";
    }

    @Override
    public Run open(Load load) {
        return new RoundTrips(load, options);
    }

    private static final class RoundTrips extends Exchanges {
        private final byte[] message;
        private final int sentOffset;
        private final byte[] expected;
        private final int receivedOffset;

        RoundTrips(Load load, Options options) {
            super(load, load.connect(options.clients()), options.burst());
            String json = Message.json("", options.bytes());
            message = Message.bytes("42" + FIRST_ID + "[\"echo\"," + json + "]");
            sentOffset = Message.offsetOfTime(message);
            expected = Message.bytes("43" + FIRST_ID + "[" + json + "]");
            receivedOffset = Message.offsetOfTime(expected);
        }

        @Override
        void write(BenchClient client) {
            Message.put(message, ID_OFFSET, ID_DIGITS, id(client.sent++));
            Message.putTime(message, sentOffset, Message.now());
            client.write(message);
        }

        @Override
        long sentAt(BenchClient client, byte[] answer, int length) {
            if (length != expected.length || Message.number(answer, ID_OFFSET, ID_DIGITS) != id(client.received)) {
                throw new IllegalStateException("acknowledgement " + client.received + " is not the one expected");
            }
            return Message.time(answer, receivedOffset);
        }

        private static int id(int number) {
            return FIRST_ID + number % IDS;
        }
    }
}
