package io.duet.adapter.redis;

import io.duet.adapter.FailureText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.redisson.client.RedisClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream: appends to it in order, and reads all of it from the moment of the start, whatever happens to the connection.
 *
 * <p>What is appended is done with when it has been read back, so that all nodes see the same order. After an interruption everything that
 * came meanwhile is read first; what of the entries under way is not among it has not got through, and is appended again. So nothing is lost or
 * doubled for as long as the stream keeps what this node has read last. When it does not, a gap is told.
 *
 * <p>Who sends more than can be read waits: nothing is appended while too many of this node's entries are still to be read back, or they would be
 * cut from the stream before anybody has read them.
 *
 * <p>While Redis is away entries wait. When the first of them has waited too long, or there are too many, all are done with here and reach no
 * other node; so does everything that comes until Redis is back.
 *
 * <p>All state belongs to the thread of the connections, which also hands out what is read; appending is for any thread.
 */
final class StreamLog {
    private static final Logger log = LoggerFactory.getLogger(StreamLog.class);

    private static final long TICK_MILLIS = 100;
    private static final int TICKS_PER_LOOK = 5;
    private static final Duration WAIT = Duration.ofSeconds(2);
    private static final int BATCH = 128;

    /** So many own entries, and no more than this part of the stream, may be in it and not read back. */
    private static final int MAX_UNREAD = 1000;

    private static final int UNREAD_PARTS = 10;

    /** What happens to the whole log. Called on its thread. */
    interface Listener {
        /** What other nodes wrote may have been missed. */
        void gap();

        /** So many entries were written. */
        void appended(int entries);

        /** So many entries were read. */
        void read(int entries);

        /** Entries have reached no other node. */
        void dropped(int entries);
    }

    /** Takes the entries of other adapters in a namespace, in the order of the stream. Must not block. */
    interface Receiver {
        void onEntry(String id, StreamEntry entry);
    }

    private final String name;
    private final Function<String, CompletionStage<RedisClient>> master;
    private final RedisLoop loop;
    private final RedisAdapterOptions options;
    private final Listener listener;
    private final Map<String, Receiver> receivers = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final ScheduledExecutorService thread;
    private final ScheduledFuture<?> ticking;

    private final OwnEntries ours = new OwnEntries(this::guarded);
    private final Unreplicated unreplicated = new Unreplicated();
    private final Set<String> uids = ConcurrentHashMap.newKeySet();
    private final StreamProgress progress = new StreamProgress();
    private final int maxUnread;
    private int ticks;
    private @Nullable StreamLink link;
    private CompletableFuture<StreamLink> opened = new CompletableFuture<>();
    private boolean opening;
    private boolean writing;
    private boolean away;
    private String position = "";

    /** What was read last from a master that had more than the one after it. */
    private String formerPosition = "";

    private volatile boolean ready;
    private @Nullable CompletableFuture<Void> drained;
    private boolean closed;

    /**
     * @param master the server that has a key at this moment
     * @param loop lives longer than this
     */
    StreamLog(
            String name,
            Function<String, CompletionStage<RedisClient>> master,
            RedisLoop loop,
            RedisAdapterOptions options,
            Listener listener) {
        this.name = name;
        this.master = master;
        this.options = options;
        this.listener = listener;
        this.loop = loop;
        this.maxUnread = Math.max(1, Math.min(MAX_UNREAD, options.maxLen() / UNREAD_PARTS));
        this.thread = loop.executor();
        this.ticking = every(Duration.ofMillis(TICK_MILLIS), this::tick);
    }

    /** Done when everything that is appended from then on is read. */
    CompletionStage<Void> started() {
        return started;
    }

    boolean isReady() {
        return ready;
    }

    String name() {
        return name;
    }

    int maxLen() {
        return options.maxLen();
    }

    StreamProgress progress() {
        return progress;
    }

    /** Does something at intervals, until the caller cancels it. */
    ScheduledFuture<?> every(Duration interval, Runnable task) {
        return thread.scheduleWithFixedDelay(() -> guarded(task), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @param uid of the adapter that appends in this namespace */
    void listen(String namespace, String uid, Receiver receiver) {
        uids.add(uid);
        receivers.put(namespace, receiver);
    }

    /** Ends that, if there is not another by now that listens in its place. What was appended is looked for until it would be given up. */
    void forget(String namespace, String uid, Receiver receiver) {
        receivers.remove(namespace, receiver);
        thread.schedule(() -> uids.remove(uid), options.maxPublishWait().toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Appends behind what was appended before.
     *
     * @param places of the histories that it is to be put into; then it says so ({@link StreamEntry#isKept})
     * @param turn called on the log's thread when the entry has been read back, with its id; with an empty one if it is not in the stream
     */
    void append(StreamEntry entry, List<StreamHistory.Place> places, Consumer<String> turn) {
        StreamEntry said = places.isEmpty() ? entry : entry.kept();
        OwnEntry own = new OwnEntry(new StreamLink.Write(said, places), turn, options.maxPublishWait());
        try {
            thread.execute(() -> add(own));
        } catch (RejectedExecutionException e) {
            turn.accept("");
        }
    }

    /** Done when everything has been appended, or given up. */
    CompletionStage<Void> close(Duration limit) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        thread.execute(() -> {
            drained = done;
            checkDrained();
        });
        return done.completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
                .thenRunAsync(
                        () -> {
                            giveUp();
                            opened.thenAccept(StreamLink::close);
                            ticking.cancel(false);
                            closed = true;
                        },
                        thread);
    }

    private void checkDrained() {
        CompletableFuture<Void> done = drained;
        if (done != null && ours.areAllAppended()) {
            done.complete(null);
        }
    }

    // Connecting

    private void tick() {
        StreamLink used = link;
        if (used != null && used.isOverdue()) {
            used.close();
        }
        if (used != null && !used.isOpen()) {
            lost();
        }
        if (link == null || (writing && options.replicas() > 0)) {
            expire();
        }
        if (link == null) {
            connect();
        } else if (ticks++ % TICKS_PER_LOOK == 0) {
            follow(link);
        }
    }

    private void lost() {
        link = null;
        ready = false;
        writing = false;
        log.warn("redis: stream {} is out of reach", name);
    }

    /** A master that was replaced in good order keeps its connections. */
    private void follow(StreamLink used) {
        master.apply(name).thenAccept(present -> {
            if (present != used.master()) {
                used.close();
            }
        });
    }

    private void connect() {
        if (opening) {
            return;
        }
        opening = true;
        opened = master.apply(name)
                .thenCompose(server -> StreamLink.open(server, loop))
                .toCompletableFuture();
        opened.whenCompleteAsync(
                (made, failure) -> {
                    opening = false;
                    if (failure != null) {
                        log.debug("redis: no connection to stream {} yet: {}", name, FailureText.of(failure));
                    } else {
                        link = made;
                        resume(made);
                    }
                },
                thread);
    }

    /** From where we are, or at the first time from the end. */
    private void resume(StreamLink used) {
        String from = position;
        CompletionStage<String> start = from.isEmpty()
                ? used.lastId(name)
                : used.lastId(name).thenCombine(used.has(name, from), (last, there) -> {
                    if (there || from.equals("0-0")) {
                        return from;
                    }
                    formerPosition = from;
                    thread.execute(this::gap);
                    // A Redis that has lost its end writes ids anew that we have seen.
                    return isBehind(last, from) ? last : from;
                });
        after(used, start, found -> {
            position = found;
            progress.resume(found);
            catchUp(used);
        });
    }

    private static boolean isBehind(String id, String other) {
        return StreamId.ORDER.compare(id, other) < 0;
    }

    private void gap() {
        log.warn("redis: stream {} does not go on where it was read last; messages of other nodes were missed", name);
        listener.gap();
    }

    private void catchUp(StreamLink used) {
        after(used, used.read(name, position, options.readCount(), Duration.ZERO), entries -> {
            take(entries);
            if (!entries.isEmpty()) {
                catchUp(used);
                return;
            }
            ours.resume();
            after(used, unreplicated.lostBy(used, name), lost -> {
                for (int i = lost.size() - 1; i >= 0; i--) {
                    addAgain(lost.get(i));
                }
                goOn(used);
            });
        });
    }

    private void goOn(StreamLink used) {
        away = false;
        ready = true;
        started.complete(null);
        log.info("redis: reading stream {} from {}", name, position);
        write();
        readOn(used);
    }

    // Reading

    private void readOn(StreamLink used) {
        OwnEntry answered = ours.lastAppended();
        after(used, used.read(name, position, options.readCount(), WAIT), entries -> {
            if (entries.size() < options.readCount()) {
                take(entries);
                ours.readUpTo(answered);
                write();
                readOn(used);
                return;
            }
            // There is more than that: the stream may have been cut behind us.
            String before = position;
            after(used, used.has(name, before), there -> {
                if (!there && !before.equals("0-0")) {
                    gap();
                }
                take(entries);
                write();
                readOn(used);
            });
        });
    }

    private void take(List<StreamLink.Read> entries) {
        listener.read(entries.size());
        for (StreamLink.Read read : entries) {
            position = read.id();
            progress.handOut(read.id(), () -> guarded(() -> handOut(read)));
        }
    }

    private void handOut(StreamLink.Read read) {
        String again = read.entry().again();
        boolean wasSeen = !again.isEmpty() && !isBehind(formerPosition, again);
        if (!doneIfOurs(read) && !wasSeen) {
            Receiver receiver = receivers.get(read.entry().namespace());
            if (receiver != null) {
                receiver.onEntry(read.id(), read.entry());
            }
        }
    }

    /** Whether it is one of ours, which is done with then. What was given up meanwhile is left to the receiver, which knows its uid. */
    private boolean doneIfOurs(StreamLink.Read read) {
        if (!uids.contains(read.entry().uid())) {
            return false;
        }
        Optional<OwnEntry> own = ours.read(read.entry());
        own.ifPresent(found -> {
            if (options.replicas() > 0 && !found.isAppended()) {
                unreplicated.add(read.id(), found.write());
            }
            ours.done(found, read.id());
        });
        return own.isPresent();
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            // It must end neither the reading nor what is repeated.
            log.error("redis: a task of stream {} failed", name, e);
        }
    }

    // Writing

    private void add(OwnEntry own) {
        ours.add(own);
        if (closed || away || ours.bytes() > options.maxPublishQueueBytes()) {
            giveUp();
        } else {
            write();
        }
    }

    /** At the front, and not to be handed out once more. */
    private void addAgain(StreamLink.Write write) {
        ours.addFirst(new OwnEntry(write, id -> {}, options.maxPublishWait()));
    }

    private void write() {
        StreamLink used = link;
        if (used == null || !ready || writing) {
            return;
        }
        List<OwnEntry> batch = ours.send(Math.min(BATCH, maxUnread - ours.unread()));
        if (batch.isEmpty()) {
            checkDrained();
            return;
        }
        writing = true;
        List<StreamLink.Write> writes = batch.stream().map(OwnEntry::write).toList();
        CompletionStage<Void> kept =
                used.append(name, options.maxLen(), writes).thenCompose(done -> used.replicated(options.replicas()));
        after(used, kept, done -> {
            writing = false;
            away = false;
            unreplicated.clear();
            listener.appended(batch.size());
            ours.appended(batch);
            write();
        });
    }

    private void expire() {
        if (ours.areLate()) {
            away = true;
            giveUp();
        }
    }

    /** Whatever is here is done with, in its order. */
    private void giveUp() {
        listener.dropped(ours.giveUp());
        checkDrained();
    }

    /** What follows an answer, on the thread, if the link is still in use; a failure ends it. */
    private <T> void after(StreamLink used, CompletionStage<T> answer, Consumer<T> next) {
        answer.whenCompleteAsync(
                (found, failure) -> {
                    if (used != link) {
                        return;
                    }
                    if (failure == null && used.isOpen()) {
                        next.accept(found);
                    } else {
                        log.debug("redis: stream {}: {}", name, failure == null ? "closed" : FailureText.of(failure));
                        used.close();
                        lost();
                    }
                },
                thread);
    }
}
