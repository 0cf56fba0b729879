package io.duet.bench;

import io.duet.app.bench.Latencies;
import java.util.List;

/** Each client sends an event that asks for an acknowledgement, and the next one when that has come. */
final class Echo implements Scenario {
    private static final int ID_DIGITS = 6;
    private static final int FIRST_ID = 100_000;
    private static final int IDS = 900_000;
    private static final int ID_OFFSET = 2;

    private final Options options;

    /** @param bytes of the echoed object as JSON */
    record Options(int clients, int bytes, int warmUpSeconds, int seconds) {}

    Echo(Options options) {
        this.options = options;
    }

    @Override
    public String unit() {
        return "round trip";
    }

    @Override
    public Measurement run(PeerProcess server) {
        try (Load load = new Load(server.port())) {
            Loop loop = new Loop(load.connect(options.clients()));
            load.await(loop::start);
            PeerProcess.pause(options.warmUpSeconds() * 1000L);
            load.await(loop::restart);
            long reads = load.await(load::reads);
            ProcessUsage before = server.usage();
            long started = System.nanoTime();
            PeerProcess.pause(options.seconds() * 1000L);
            ProcessUsage used = server.usage().minus(before);
            Latencies latencies = load.await(loop::stop);
            double seconds = (System.nanoTime() - started) / 1e9;
            load.check();
            return Measurement.of(used, load.await(load::reads) - reads, seconds, latencies);
        }
    }

    /** The state of a run; on the load's thread. */
    private final class Loop {
        private final List<BenchClient> clients;
        private final byte[] message =
                Message.bytes("42" + FIRST_ID + "[\"echo\"," + Message.json("", options.bytes()) + "]");
        private final int sentOffset = Message.offsetOfTime(message);
        private final byte[] expected = Message.bytes("43" + FIRST_ID + "[" + Message.json("", options.bytes()) + "]");
        private final int receivedOffset = Message.offsetOfTime(expected);
        private boolean stopped;
        private Latencies latencies = new Latencies();

        Loop(List<BenchClient> clients) {
            this.clients = clients;
        }

        boolean start() {
            for (BenchClient client : clients) {
                client.receiver(this::onMessage);
                send(client);
            }
            return true;
        }

        boolean restart() {
            latencies = new Latencies();
            return true;
        }

        Latencies stop() {
            stopped = true;
            return latencies;
        }

        private void send(BenchClient client) {
            Message.put(message, ID_OFFSET, ID_DIGITS, id(client));
            Message.putTime(message, sentOffset, Message.now());
            client.send(message);
        }

        private void onMessage(BenchClient client, byte[] received, int length) {
            if (length != expected.length || Message.number(received, ID_OFFSET, ID_DIGITS) != id(client)) {
                throw new IllegalStateException("acknowledgement " + client.received + " is not the one expected");
            }
            if (stopped) {
                return;
            }
            latencies.record(Message.now() - Message.time(received, receivedOffset));
            client.received++;
            send(client);
        }

        private int id(BenchClient client) {
            return FIRST_ID + client.received % IDS;
        }
    }
}
