package io.duet.bench;

/** Connections that do nothing: what they take of the server's memory, garbage aside, at once and after a while. */
final class Idle {
    private final Options options;

    /** @param seconds until the second look */
    record Options(int clients, int warmUpClients, int seconds) {}

    /**
     * One round of one server, bytes.
     *
     * @param base resident before the connections, with all code loaded
     * @param peak resident with them, nothing collected
     * @param settled resident with them, garbage collected
     * @param later the same after a while
     */
    record Memory(int clients, long base, long peak, long settled, long later) {
        double bytesPerClient() {
            return (double) (settled - base) / clients;
        }

        double bytesPerClientLater() {
            return (double) (later - base) / clients;
        }

        double bytesPerClientAtPeak() {
            return (double) (peak - base) / clients;
        }
    }

    Idle(Options options) {
        this.options = options;
    }

    Memory run(PeerProcess server) {
        try (Load load = new Load(server.port())) {
            load.connect(options.warmUpClients());
            load.closeClients();
            PeerProcess.pause(1000);
            long base = server.settledBytes();
            load.connect(options.clients());
            PeerProcess.pause(1000);
            long peak = server.residentBytes();
            long settled = server.settledBytes();
            PeerProcess.pause(options.seconds() * 1000L);
            long later = server.settledBytes();
            load.check();
            return new Memory(options.clients(), base, peak, settled, later);
        }
    }
}
