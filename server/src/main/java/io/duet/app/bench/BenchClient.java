package io.duet.app.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.concurrent.CompletableFuture;

/** One connection to the server under test: joins its room, and counts what comes from it. */
final class BenchClient implements Transport.Receiver {
    private final BenchLoad load;
    private final String room;
    private final Tally tally;
    private final CompletableFuture<BenchClient> joined = new CompletableFuture<>();

    /** What packets begin with. */
    private final String connected;

    private final String refused;
    private final String answered;
    private final String message;

    private volatile boolean isOpen;
    private volatile Transport transport = new Transport() {
        @Override
        public void send(String packet) {}

        @Override
        public CompletableFuture<?> close() {
            return CompletableFuture.completedFuture(null);
        }
    };

    /** The number that the next message has unless some are missing; on the transport's thread. */
    private long next;

    BenchClient(BenchLoad load, String room, Tally tally) {
        this.load = load;
        this.room = room;
        this.tally = tally;
        String namespace = load.namespace().equals("/") ? "" : load.namespace() + ",";
        this.connected = "40" + namespace;
        this.refused = "44" + namespace;
        this.answered = "43" + namespace;
        this.message = "42" + namespace;
    }

    /** Done when the client is in its room. */
    CompletableFuture<BenchClient> connect(HttpClient http, URI url) {
        Transport.open(load.transport(), http, url, this);
        return joined;
    }

    /** Sends a numbered message to the room, {@code size} characters long at least. */
    void send(long number, long nanos) {
        StringBuilder text = new StringBuilder(load.size())
                .append(number)
                .append(':')
                .append(nanos)
                .append(':');
        text.append("x".repeat(Math.max(0, load.size() - text.length())));
        transport.send(message + "[\"send\",\"" + room + "\",\"" + text + "\"]");
    }

    CompletableFuture<?> close() {
        isOpen = false;
        return transport.close();
    }

    @Override
    public void onPacket(Transport from, String packet) {
        if (packet.startsWith(message)) {
            onMessage(packet, packet.indexOf("\",\""));
        } else if (packet.equals("2")) {
            from.send("3");
        } else if (packet.startsWith("0")) {
            transport = from;
            from.send(connected + load.auth());
        } else if (packet.startsWith(connected)) {
            from.send(message + "0[\"join\",\"" + room + "\"]");
        } else if (packet.startsWith(answered)) {
            isOpen = true;
            joined.complete(this);
        } else if (packet.startsWith(refused)) {
            joined.completeExceptionally(
                    new IOException("namespace " + load.namespace() + ": " + packet.substring(refused.length())));
        } else if (packet.startsWith("41") || packet.equals("1")) {
            onLost("disconnected by the server");
        }
    }

    @Override
    public void onLost(String reason) {
        joined.completeExceptionally(new IOException(reason));
        if (isOpen) {
            isOpen = false;
            tally.disconnected(reason);
        }
    }

    /** {@code ["message","<number>:<nanoseconds>:xxx"]}; {@code quotes} is where the name ends. */
    private void onMessage(String packet, int quotes) {
        int number = quotes + 3;
        int time = packet.indexOf(':', number) + 1;
        int end = packet.indexOf(':', time);
        try {
            long n = Long.parseLong(packet, number, time - 1, 10);
            long nanos = Long.parseLong(packet, time, end, 10);
            if (n < next) {
                tally.repeated();
                return;
            }
            next = n + 1;
            tally.received(nanos);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            onLost("not a message of this test: " + packet.substring(0, Math.min(64, packet.length())));
        }
    }
}
