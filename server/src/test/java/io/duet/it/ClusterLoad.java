package io.duet.it;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients of several servers of one cluster, one at each, that send numbered messages, in turn and at a steady rate, and check what arrives.
 *
 * <p>The room {@code one} has a listener at the first server only, {@code all} at each; everybody writes to both alternately.
 */
final class ClusterLoad implements Closeable {
    private static final int PER_SECOND = 500;
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    private static final List<String> ROOMS = List.of("one", "all");
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(20);
    private static final Pattern MESSAGE =
            Pattern.compile("\"room\":\"(\\w+)\",\"sender\":(\\d+),\"n\":(\\d+),\"at\":(\\d+)");

    private final List<Listener> listeners = new ArrayList<>();
    private final AtomicLong lastArrival = new AtomicLong();
    private int sent;

    static ClusterLoad start(List<Integer> ports) throws IOException {
        ClusterLoad load = new ClusterLoad();
        for (int port : ports) {
            load.listeners.add(load.new Listener(load.listeners.size(), WebSocketClient.open(port)));
        }
        return load;
    }

    /** Waits until what anyone sends reaches everybody: a join is not confirmed by every server that a client knows. */
    void warmUp() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        int missing = 1;
        while (missing > 0 && System.nanoTime() < deadline) {
            forget();
            run(Duration.ofMillis(200));
            awaitQuiet(Duration.ofMillis(200));
            missing = count("one", true).lost() + count("all", true).lost();
        }
        if (missing > 0) {
            throw new IllegalStateException("cluster: not complete after 20 s");
        }
        forget();
    }

    /** Sends for so long. */
    void run(Duration duration) throws IOException {
        long start = System.nanoTime();
        for (long due = start; due - start < duration.toNanos(); due += INTERVAL_NANOS) {
            while (System.nanoTime() - due < 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            int sender = sent % listeners.size();
            int n = sent / listeners.size();
            listeners.get(sender).client.send("42" + EngineClient.event("bcast", message(sender, n)));
            sent++;
        }
    }

    /** Waits until nothing arrives any more. */
    void awaitQuiet() {
        awaitQuiet(QUIET);
    }

    private void awaitQuiet(Duration quiet) {
        lastArrival.set(System.nanoTime());
        long deadline = System.nanoTime() + QUIET_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            long left = lastArrival.get() + quiet.toNanos() - System.nanoTime();
            if (left < 0) {
                return;
            }
            LockSupport.parkNanos(left);
        }
    }

    /** What came of the messages of a room that had to pass Redis, or of those that had not. */
    Outcome count(String room, boolean remote) {
        Outcome total = new Outcome(0, 0, 0, 0, 0);
        for (Listener listener : listeners) {
            for (int sender = 0; sender < listeners.size(); sender++) {
                if (listener.isIn(room) && remote == (sender != listener.index)) {
                    total = total.plus(listener.flow(room, sender).outcome(numbersOf(room, sender)));
                }
            }
        }
        return total;
    }

    private void forget() {
        sent = 0;
        listeners.forEach(Listener::forget);
    }

    private static String message(int sender, int n) {
        return "{\"room\":\"" + ROOMS.get(n % 2) + "\",\"sender\":" + sender + ",\"n\":" + n + ",\"at\":"
                + System.nanoTime() + "}";
    }

    /** How many numbers this sender has used in this room: every other one. */
    private int numbersOf(String room, int sender) {
        int numbers = sent / listeners.size() + (sender < sent % listeners.size() ? 1 : 0);
        return (numbers + 1 - ROOMS.indexOf(room)) / 2;
    }

    @Override
    public void close() throws IOException {
        for (Listener listener : listeners) {
            listener.client.close();
        }
    }

    /** Sums over listeners and senders; the wait is the longest. */
    record Outcome(int expected, int lost, int doubled, int reordered, long longestWaitMillis) {
        Outcome plus(Outcome other) {
            return new Outcome(
                    expected + other.expected,
                    lost + other.lost,
                    doubled + other.doubled,
                    reordered + other.reordered,
                    Math.max(longestWaitMillis, other.longestWaitMillis));
        }
    }

    private final class Listener {
        private final int index;
        private final EngineClient client;
        private final List<Flow> flows = new ArrayList<>();

        Listener(int index, EngineClient client) throws IOException {
            this.index = index;
            this.client = client;
            client.join();
            for (String room : ROOMS) {
                if (isIn(room)) {
                    client.call("join", "\"" + room + "\"");
                }
            }
            forget();
            Thread thread = new Thread(this::read, "listener-" + index);
            thread.setDaemon(true);
            thread.start();
        }

        boolean isIn(String room) {
            return room.equals("all") || index == 0;
        }

        synchronized void forget() {
            flows.clear();
            for (int i = 0; i < ROOMS.size() * 8; i++) {
                flows.add(new Flow());
            }
        }

        synchronized Flow flow(String room, int sender) {
            return flows.get(ROOMS.indexOf(room) * 8 + sender);
        }

        private void read() {
            try {
                while (true) {
                    take(client.receive());
                }
            } catch (SocketTimeoutException e) {
                throw new IllegalStateException("nothing heard by " + index, e);
            } catch (IOException e) {
                // Closed by the test, or its server is gone: then messages are missing.
            }
        }

        private void take(String packet) {
            Matcher message = MESSAGE.matcher(packet);
            if (message.find()) {
                long now = System.nanoTime();
                lastArrival.set(now);
                flow(message.group(1), Integer.parseInt(message.group(2)))
                        .take(Integer.parseInt(message.group(3)), now - Long.parseLong(message.group(4)));
            }
        }
    }

    /** From one sender to one listener in one room. Guarded by itself. */
    private static final class Flow {
        private final BitSet seen = new BitSet();
        private int highest = -1;
        private int doubled;
        private int reordered;
        private long longestNanos;

        synchronized void take(int n, long nanos) {
            if (seen.get(n)) {
                doubled++;
                return;
            }
            seen.set(n);
            if (n < highest) {
                reordered++;
            }
            highest = Math.max(highest, n);
            longestNanos = Math.max(longestNanos, nanos);
        }

        synchronized Outcome outcome(int expected) {
            return new Outcome(
                    expected,
                    expected - seen.cardinality(),
                    doubled,
                    reordered,
                    TimeUnit.NANOSECONDS.toMillis(longestNanos));
        }
    }
}
