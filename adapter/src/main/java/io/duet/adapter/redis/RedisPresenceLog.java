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
import java.util.function.Consumer;
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
    private static final int MAX_READ = 500;

    /** Changes beyond are dropped in favour of a registration of all sockets once Redis is back. */
    private static final int MAX_PENDING = 20_000;

    private static final long RETRY_MILLIS = 300;
    private static final int RENEWALS_PER_LEASE = 3;
    private static final long UNKNOWN = -1;
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(2);

    private final Bus bus;
    private final String prefix;
    private final String node = UUID.randomUUID().toString();
    private final long leaseMillis;

    private @Nullable ScheduledExecutorService executor;
    private @Nullable Follower follower;
    private @Nullable ScheduledFuture<?> renewal;
    private final List<Bus.Subscription> wakeUps = new ArrayList<>();
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private boolean closing;
    private long repairs;

    // Writing
    private final Map<String, PresenceEntry> sockets = new LinkedHashMap<>();
    private final Deque<Change> pending = new ArrayDeque<>();
    private boolean joined;
    private boolean writing;
    private long version;

    // Reading
    private boolean reading;
    private boolean readAgain;
    private boolean loaded;
    private String lastId = "0-0";
    private long lastNumber;

    RedisPresenceLog(Bus bus, String key, String namespace, Duration lease) {
        this.bus = bus;
        this.prefix = "{" + key + "-presence#" + namespace + "}";
        this.leaseMillis = lease.toMillis();
    }

    @Override
    public void start(ScheduledExecutorService starting, Follower follows) {
        executor = starting;
        follower = follows;
        bus.subscribe(wakeUpChannel(), (channel, payload) -> execute(this::read))
                .thenAccept(wakeUp -> execute(() -> {
                    wakeUps.add(wakeUp);
                    read();
                }));
        renew(false);
    }

    @Override
    public void write(Change change) {
        change.entry()
                .ifPresentOrElse(
                        entry -> sockets.put(change.socketId(), entry), () -> sockets.remove(change.socketId()));
        if (pending.size() < MAX_PENDING) {
            pending.add(change);
        } else if (joined) {
            registerAnew("too many changes wait");
        }
        flush();
    }

    @Override
    public void catchUp() {
        read();
    }

    @Override
    public long repairs() {
        return repairs;
    }

    @Override
    public CompletionStage<Void> close() {
        closing = true;
        pending.clear();
        List.copyOf(sockets.keySet()).forEach(id -> pending.add(new Change(id, Optional.empty())));
        sockets.clear();
        flush();
        return left.completeOnTimeout(null, LEAVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> wakeUps.forEach(Bus.Subscription::cancel));
    }

    // Lease

    private void renew(boolean join) {
        long expected = writing ? UNKNOWN : version;
        call(PresenceScripts.RENEW, node, leaseMillis, prefix + ":sockets:", wakeUpChannel(), join ? "1" : "0")
                .whenComplete((answer, failure) -> execute(() -> {
                    if (failure != null) {
                        onFailure(failure);
                        renewIn(RETRY_MILLIS);
                    } else {
                        onRenewed(answer, join, expected);
                    }
                }));
    }

    private void onRenewed(List<Object> answer, boolean join, long expected) {
        if (closing) {
            return;
        }
        boolean registered = number(answer.get(0)) == 1;
        if (!registered || (!joined && !join)) {
            if (joined) {
                log.warn("presence: the lease was over; registering {} sockets anew", sockets.size());
            }
            joined = false;
            renew(true);
            return;
        }
        if (join) {
            joined = true;
            registerAnew(null);
        } else if (version == expected && !answer.get(3).equals(Long.toString(version))) {
            registerAnew("redis has lost writes");
        }
        long next = number(answer.get(4));
        long untilNext = next == 0 ? Long.MAX_VALUE : Math.max(10, next - number(answer.get(1)) + 10);
        renewIn(Math.min(leaseMillis / RENEWALS_PER_LEASE, untilNext));
        if (!loaded || number(answer.get(2)) != lastNumber) {
            read();
        }
    }

    private void renewIn(long millis) {
        if (renewal != null) {
            renewal.cancel(false);
        }
        if (!closing) {
            renewal = executor().schedule(() -> renew(false), millis, TimeUnit.MILLISECONDS);
        }
    }

    // Writing

    /** Everything this node has, and that it has nothing else. */
    private void registerAnew(@Nullable String why) {
        if (why != null) {
            repairs++;
            log.warn("presence: {}; registering {} sockets anew", why, sockets.size());
        }
        joined = false;
        pending.clear();
        scan(node, new HashMap<>())
                .whenComplete((stored, failure) -> execute(() -> {
                    if (failure != null) {
                        onFailure(failure);
                        executor().schedule(() -> registerAnew(null), RETRY_MILLIS, TimeUnit.MILLISECONDS);
                        return;
                    }
                    Set<String> ghosts = new HashSet<>(stored.keySet());
                    ghosts.removeAll(sockets.keySet());
                    pending.clear();
                    ghosts.forEach(id -> pending.add(new Change(id, Optional.empty())));
                    sockets.forEach((id, entry) -> pending.add(new Change(id, Optional.of(entry))));
                    joined = true;
                    writeBatch(true);
                }));
    }

    private void flush() {
        if (joined && !writing && !pending.isEmpty()) {
            writeBatch(false);
        } else if (closing && !writing && pending.isEmpty()) {
            leave();
        }
    }

    private void writeBatch(boolean whateverWasBefore) {
        if (writing) {
            return;
        }
        List<Change> batch = new ArrayList<>();
        while (batch.size() < MAX_BATCH && !pending.isEmpty()) {
            batch.add(pending.remove());
        }
        writing = true;
        send(batch, whateverWasBefore ? "*" : Long.toString(version), ++version);
    }

    private void send(List<Change> batch, String before, long after) {
        Map<String, Optional<PresenceEntry>> last = new LinkedHashMap<>();
        batch.forEach(change -> last.put(change.socketId(), change.entry()));
        List<Object> arguments = new ArrayList<>(
                List.of(node, leaseMillis, wakeUpChannel(), before, after, PresenceJson.changes(batch)));
        List<Object> gone = new ArrayList<>();
        List<Object> present = new ArrayList<>();
        last.forEach((id, entry) -> entry.ifPresentOrElse(
                value -> present.addAll(List.of(id, PresenceJson.entry(value))), () -> gone.add(id)));
        arguments.add(present.size() / 2);
        arguments.addAll(present);
        arguments.addAll(gone);
        call(PresenceScripts.WRITE, arguments.toArray())
                .whenComplete((answer, failure) -> execute(() -> {
                    if (failure != null) {
                        onFailure(failure);
                        executor().schedule(() -> send(batch, before, after), RETRY_MILLIS, TimeUnit.MILLISECONDS);
                        return;
                    }
                    writing = false;
                    if (number(answer.get(0)) == 1) {
                        flush();
                    } else {
                        repairs++;
                        joined = false;
                        renew(true);
                    }
                }));
    }

    private void leave() {
        call(PresenceScripts.LEAVE, node).whenComplete((answer, failure) -> left.complete(null));
    }

    // Reading

    private void read() {
        if (reading) {
            readAgain = true;
            return;
        }
        reading = true;
        readAgain = false;
        CompletionStage<?> step = loaded ? readOn() : load();
        step.whenComplete((done, failure) -> execute(() -> {
            reading = false;
            if (failure != null) {
                onFailure(failure);
                executor().schedule(this::read, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                follower().onStale(false);
                if (readAgain || !loaded) {
                    read();
                }
            }
        }));
    }

    private CompletionStage<Void> readOn() {
        return onOurThread(call(PresenceScripts.READ, lastId, MAX_READ), answer -> {
            Entries entries = new Entries(answer);
            entries.forEach(this::follow);
            if (!loaded || !entries.isUnbroken(lastNumber)) {
                repairs++;
                log.warn("presence: entries of the log are missing; reading everything");
                loaded = false;
            } else if (entries.isFull()) {
                readAgain = true;
            } else {
                follower().onTime(entries.now());
            }
        });
    }

    private void follow(Entries.Entry entry) {
        if (entry.number() != lastNumber + 1) {
            // Numbers that come twice are those of writes that Redis has lost.
            loaded = false;
        }
        if (!loaded) {
            return;
        }
        lastNumber = entry.number();
        lastId = entry.id();
        if (entry.isGone()) {
            follower().onNodeGone(entry.node(), entry.at());
        } else {
            follower().onChanges(entry.node(), entry.changes(), entry.at());
        }
    }

    /**
     * Reads every node's sockets, then what was written meanwhile on top: applying a change twice is no harm, and in the end all are as the log
     * has them.
     */
    private CompletionStage<Void> load() {
        Map<String, Map<String, PresenceEntry>> nodes = new HashMap<>();
        return call(PresenceScripts.HEAD).thenCompose(head -> {
            CompletionStage<Void> scans = CompletableFuture.completedFuture(null);
            for (Object living : head.subList(3, head.size())) {
                Map<String, PresenceEntry> entries = new HashMap<>();
                nodes.put(living.toString(), entries);
                scans = scans.thenCompose(done -> scan(living.toString(), entries))
                        .thenAccept(done -> {});
            }
            return scans.thenCompose(done -> onTop(nodes, head.get(2).toString(), number(head.get(1))));
        });
    }

    private CompletionStage<Void> onTop(Map<String, Map<String, PresenceEntry>> nodes, String id, long counted) {
        return onOurThread(call(PresenceScripts.READ, id, Integer.MAX_VALUE), answer -> {
            Entries entries = new Entries(answer);
            lastId = id;
            lastNumber = counted;
            entries.forEach(entry -> {
                lastId = entry.id();
                lastNumber = entry.number();
                if (entry.isGone()) {
                    nodes.remove(entry.node());
                } else {
                    Map<String, PresenceEntry> ofNode = nodes.computeIfAbsent(entry.node(), any -> new HashMap<>());
                    entry.changes().forEach(change -> change.entry()
                            .ifPresentOrElse(
                                    value -> ofNode.put(change.socketId(), value),
                                    () -> ofNode.remove(change.socketId())));
                }
            });
            loaded = true;
            follower().onSnapshot(nodes, entries.now());
        });
    }

    private CompletionStage<Map<String, PresenceEntry>> scan(String ofNode, Map<String, PresenceEntry> into) {
        return scan(ofNode, "0", into);
    }

    private CompletionStage<Map<String, PresenceEntry>> scan(
            String ofNode, String cursor, Map<String, PresenceEntry> into) {
        return bus.eval(PresenceScripts.SCAN, keys(ofNode), cursor).thenCompose(page -> {
            for (int i = 1; i + 1 < page.size(); i += 2) {
                String id = page.get(i).toString();
                if (!id.equals(PresenceScripts.VERSION)) {
                    into.put(id, PresenceJson.entry(page.get(i + 1).toString()));
                }
            }
            String next = page.get(0).toString();
            return next.equals("0") ? CompletableFuture.completedFuture(into) : scan(ofNode, next, into);
        });
    }

    // All of it

    private void onFailure(Throwable failure) {
        log.debug("presence: redis cannot be reached, trying again", failure);
        follower().onStale(true);
    }

    private CompletionStage<List<Object>> call(String script, Object... arguments) {
        return bus.eval(script, keys(node), arguments);
    }

    private List<Object> keys(String ofNode) {
        return List.of(prefix + ":leases", prefix + ":log", prefix + ":counter", prefix + ":sockets:" + ofNode);
    }

    private String wakeUpChannel() {
        return prefix + ":wake";
    }

    private CompletionStage<Void> onOurThread(CompletionStage<List<Object>> call, Consumer<List<Object>> then) {
        return call.thenAcceptAsync(then, executor());
    }

    private void execute(Runnable task) {
        ScheduledExecutorService running = executor();
        if (!running.isShutdown()) {
            running.execute(task);
        }
    }

    private ScheduledExecutorService executor() {
        return requireNonNull(executor, "started");
    }

    private Follower follower() {
        return requireNonNull(follower, "started");
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }

    /** An answer of {@link PresenceScripts#READ}. */
    private record Entries(List<Object> answer) {
        private static final int HEAD = 2;
        private static final int FIELDS = 5;

        long now() {
            return number(answer.get(0));
        }

        boolean isFull() {
            return (answer.size() - HEAD) / FIELDS >= MAX_READ;
        }

        /** Whether {@code lastNumber}, up to which all was read, is as far as Redis has counted, or more is to come. */
        boolean isUnbroken(long lastNumber) {
            return isFull()
                    ? Long.parseLong(answer.get(answer.size() - FIELDS + 1).toString()) == lastNumber
                    : number(answer.get(1)) == lastNumber;
        }

        void forEach(Consumer<Entry> consumer) {
            for (int i = HEAD; i < answer.size(); i += FIELDS) {
                consumer.accept(new Entry(answer.subList(i, i + FIELDS)));
            }
        }

        private record Entry(List<Object> fields) {
            String id() {
                return fields.get(0).toString();
            }

            long at() {
                return Long.parseLong(id().substring(0, id().indexOf('-')));
            }

            long number() {
                return Long.parseLong(fields.get(1).toString());
            }

            boolean isGone() {
                return fields.get(2).equals("gone");
            }

            String node() {
                return fields.get(3).toString();
            }

            List<Change> changes() {
                return PresenceJson.changes(fields.get(4).toString());
            }
        }
    }
}
