package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import io.duet.adapter.presence.PresenceEntry;
import io.duet.adapter.presence.PresenceLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log in Redis: a stream of batches, a hash of sockets for each node, a lease for each node.
 *
 * <p>One batch is under way at a time; changes wait in order meanwhile. Each batch has a number, kept in Redis beside the sockets: a number that
 * is not what it should be means that Redis has lost writes, and the node registers its sockets anew. The reader is woken by a channel and, should
 * a message be lost, by each renewal; it counts the entries, and reads everything if one is missing. So nothing depends on a message that could
 * be lost, nor on clocks of nodes: deadlines are by Redis's.
 */
final class RedisPresenceLog implements PresenceLog {
    private static final Logger log = LoggerFactory.getLogger(RedisPresenceLog.class);

    private static final int MAX_BATCH = 500;

    /** So many changes wait at least; more, but for what a registration of all sockets would write anyway, are dropped in favour of one. */
    private static final int MIN_PENDING = 20_000;

    private static final int RENEWALS_PER_LEASE = 3;
    private static final long UNKNOWN = -1;
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(2);

    private enum Membership {
        /** Without a lease, or none that is known. */
        OUT,
        /** About to write all sockets: behind the batch that is under way, and behind a look at what Redis has. */
        REGISTERING,
        /** Changes are written as they come. */
        IN
    }

    private final Bus bus;
    private final String prefix;
    private final String node = UUID.randomUUID().toString();
    private final long leaseMillis;

    private @Nullable Running running;
    private boolean closing;
    private long repairs;

    // Lease
    private @Nullable ScheduledFuture<?> renewal;
    private final Map<String, Long> renewed = new HashMap<>();

    // Writing
    private final Map<String, PresenceEntry> sockets = new LinkedHashMap<>();
    private final Deque<Change> pending = new ArrayDeque<>();
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private Membership membership = Membership.OUT;
    private boolean writing;
    private long version;

    RedisPresenceLog(Bus bus, String key, String namespace, Duration lease) {
        this.bus = bus;
        this.prefix = "{" + key + "-presence#" + namespace + "}";
        this.leaseMillis = lease.toMillis();
    }

    @Override
    public void start(ScheduledExecutorService executor, Follower follower) {
        PresenceCalls calls = new PresenceCalls(bus, prefix, node, executor, follower::onStale);
        PresenceReader reader = new PresenceReader(calls, executor, follower, () -> renew(false));
        CompletionStage<Bus.Subscription> wakeUp = calls.onWakeUp(reader::read);
        running = new Running(calls, reader, wakeUp);
        calls.handle(wakeUp, (subscription, failure) -> reader.read());
        renew(false);
    }

    @Override
    public void write(Change change) {
        if (closing) {
            return;
        }
        change.entry()
                .ifPresentOrElse(
                        entry -> sockets.put(change.socketId(), entry), () -> sockets.remove(change.socketId()));
        if (membership != Membership.IN) {
            return;
        }
        if (pending.size() < Math.max(MIN_PENDING, sockets.size())) {
            pending.add(change);
            flush();
        } else {
            register("too many changes wait");
        }
    }

    @Override
    public void catchUp() {
        running().reader.read();
    }

    @Override
    public long lastSeen(String other) {
        return renewed.getOrDefault(other, 0L);
    }

    @Override
    public long repairs() {
        return repairs + running().reader.gaps();
    }

    @Override
    public CompletionStage<Void> close() {
        closing = true;
        sockets.keySet().forEach(id -> pending.add(new Change(id, Optional.empty())));
        sockets.clear();
        flush();
        return left.completeOnTimeout(null, LEAVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> running().wakeUp.thenAccept(Bus.Subscription::cancel));
    }

    // Lease

    private void renew(boolean join) {
        long expected = writing ? UNKNOWN : version;
        // Given up early, so that a Redis that hangs is noticed: an answer that comes too late changes nothing.
        CompletionStage<List<Object>> answered = calls().call(
                        PresenceScripts.RENEW,
                        node,
                        leaseMillis,
                        calls().socketsPrefix(),
                        calls().wakeUpChannel(),
                        calls().publishCommand(),
                        join ? "1" : "0")
                .toCompletableFuture()
                .orTimeout(leaseMillis / RENEWALS_PER_LEASE, TimeUnit.MILLISECONDS);
        calls().handle(answered, (answer, failure) -> {
            if (answer != null) {
                onRenewed(answer, expected);
            } else if (failure != null) {
                calls().failed(failure);
                renewIn(PresenceCalls.RETRY_MILLIS);
            }
        });
    }

    private void onRenewed(List<Object> answer, long expected) {
        if (closing) {
            return;
        }
        renewIn(Math.min(leaseMillis / RENEWALS_PER_LEASE, untilAnotherLeaseEnds(answer)));
        if ((Long) answer.get(0) == 0) {
            if (membership == Membership.IN) {
                log.warn("presence: the lease was over; registering {} sockets anew", sockets.size());
                membership = Membership.OUT;
            }
            renew(true);
            return;
        }
        if (membership == Membership.OUT) {
            register(null);
        } else if (membership == Membership.IN
                && version == expected
                && !answer.get(3).equals(Long.toString(version))) {
            register("redis has lost writes");
        }
        if (running().reader.hasRead((Long) answer.get(2))) {
            calls().succeeded();
        } else {
            running().reader.read();
        }
    }

    /** Takes note of all leases. */
    private long untilAnotherLeaseEnds(List<Object> answer) {
        long now = (Long) answer.get(1);
        long next = Long.MAX_VALUE;
        renewed.clear();
        for (int i = 4; i + 1 < answer.size(); i += 2) {
            String other = answer.get(i).toString();
            long end = (Long) answer.get(i + 1);
            renewed.put(other, end - leaseMillis);
            if (!other.equals(node)) {
                next = Math.min(next, Math.max(10, end - now + 10));
            }
        }
        return next;
    }

    private void renewIn(long millis) {
        if (renewal != null) {
            renewal.cancel(false);
        }
        if (!closing) {
            renewal = calls().later(millis, () -> renew(false));
        }
    }

    // Writing

    /** Everything this node has, and that it has nothing else. */
    private void register(@Nullable String why) {
        if (why != null) {
            repairs++;
            log.warn("presence: {}; registering {} sockets anew", why, sockets.size());
        }
        pending.clear();
        if (membership != Membership.REGISTERING) {
            membership = Membership.REGISTERING;
            if (!writing) {
                writeAll();
            }
        }
    }

    private void writeAll() {
        calls().handle(calls().scan(node, new HashMap<>()), (stored, failure) -> {
            if (closing) {
                return;
            }
            if (stored == null) {
                calls().failed(requireNonNull(failure, "failure"));
                calls().retry(this::writeAll);
                return;
            }
            Set<String> ghosts = new HashSet<>(stored.keySet());
            ghosts.removeAll(sockets.keySet());
            ghosts.forEach(id -> pending.add(new Change(id, Optional.empty())));
            sockets.forEach((id, entry) -> pending.add(new Change(id, Optional.of(entry))));
            membership = Membership.IN;
            writeBatch(true);
        });
    }

    private void flush() {
        if (writing) {
            return;
        }
        if (closing && (membership != Membership.IN || pending.isEmpty())) {
            leave();
        } else if (membership == Membership.REGISTERING) {
            writeAll();
        } else if (membership == Membership.IN && !pending.isEmpty()) {
            writeBatch(false);
        }
    }

    private void writeBatch(boolean whateverWasBefore) {
        List<Change> batch = new ArrayList<>();
        while (batch.size() < MAX_BATCH && !pending.isEmpty()) {
            batch.add(pending.remove());
        }
        writing = true;
        send(batch, whateverWasBefore ? "*" : Long.toString(version), ++version);
    }

    /** As often as it takes: a batch that Redis has had already changes nothing. */
    private void send(List<Change> batch, String before, long after) {
        calls().handle(calls().call(PresenceScripts.WRITE, arguments(batch, before, after)), (answer, failure) -> {
            if (answer == null) {
                calls().failed(requireNonNull(failure, "failure"));
                calls().retry(() -> send(batch, before, after));
                return;
            }
            writing = false;
            if ((Long) answer.get(0) == 1) {
                flush();
            } else if (closing) {
                leave();
            } else {
                repairs++;
                membership = Membership.OUT;
                renew(true);
            }
        });
    }

    private Object[] arguments(List<Change> batch, String before, long after) {
        Map<String, Optional<PresenceEntry>> last = new LinkedHashMap<>();
        batch.forEach(change -> last.put(change.socketId(), change.entry()));
        List<Object> present = new ArrayList<>();
        List<Object> gone = new ArrayList<>();
        last.forEach((id, entry) -> entry.ifPresentOrElse(
                value -> present.addAll(List.of(id, PresenceJson.entry(value))), () -> gone.add(id)));
        List<Object> arguments =
                new ArrayList<>(List.of(node, leaseMillis, calls().wakeUpChannel(), calls().publishCommand()));
        arguments.addAll(List.of(before, after, PresenceJson.changes(batch)));
        arguments.add(present.size() / 2);
        arguments.addAll(present);
        arguments.addAll(gone);
        return arguments.toArray();
    }

    private void leave() {
        calls().handle(
                        calls().call(
                                        PresenceScripts.LEAVE,
                                        node,
                                        leaseMillis,
                                        calls().wakeUpChannel(),
                                        calls().publishCommand()),
                        (answer, failure) -> left.complete(null));
    }

    private PresenceCalls calls() {
        return running().calls;
    }

    private Running running() {
        return requireNonNull(running, "started");
    }

    private record Running(PresenceCalls calls, PresenceReader reader, CompletionStage<Bus.Subscription> wakeUp) {}
}
