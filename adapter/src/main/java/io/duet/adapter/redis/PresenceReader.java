package io.duet.adapter.redis;

import io.duet.adapter.presence.PresenceEntry;
import io.duet.adapter.presence.PresenceLog.Change;
import io.duet.adapter.presence.PresenceLog.Follower;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the stream: counts its entries, and reads everything again if one is missing. On the log's thread. */
final class PresenceReader {
    private static final Logger log = LoggerFactory.getLogger(PresenceReader.class);

    private static final int MAX_READ = 500;

    private final PresenceCalls calls;
    private final Executor executor;
    private final Follower follower;
    private final Runnable onGap;
    private boolean reading;
    private boolean readAgain;
    private boolean loaded;
    private String lastId = "0-0";
    private long lastNumber;
    private long gaps;

    /** @param onGap called when entries are missing, which may mean that Redis has lost what this node has written, too */
    PresenceReader(PresenceCalls calls, Executor executor, Follower follower, Runnable onGap) {
        this.calls = calls;
        this.executor = executor;
        this.follower = follower;
        this.onGap = onGap;
    }

    long gaps() {
        return gaps;
    }

    /** Whether everything up to an entry has been read. */
    boolean hasRead(long number) {
        return loaded && number == lastNumber;
    }

    void read() {
        if (reading) {
            readAgain = true;
            return;
        }
        reading = true;
        readAgain = false;
        calls.handle(loaded ? readOn() : load(), (done, failure) -> {
            reading = false;
            if (failure != null) {
                calls.failed(failure);
                calls.retry(this::read);
            } else {
                calls.succeeded();
                if (readAgain || !loaded) {
                    read();
                }
            }
        });
    }

    private CompletionStage<Void> readOn() {
        return calls.call(PresenceScripts.READ, lastId, MAX_READ).thenAcceptAsync(this::followAll, executor);
    }

    private void followAll(List<Object> answer) {
        Entries entries = new Entries(answer);
        entries.forEach(this::follow);
        if (!loaded || !entries.isUnbroken(lastNumber)) {
            gaps++;
            log.warn("presence: entries of the log are missing; reading everything");
            loaded = false;
            onGap.run();
        } else {
            entries.first().ifPresent(first -> follower.onLag(entries.now() - first.at()));
            if (entries.isFull()) {
                readAgain = true;
            } else {
                follower.onTime(entries.now());
            }
        }
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
            follower.onNodeGone(entry.node(), entry.at());
        } else {
            follower.onChanges(entry.node(), entry.changes(), entry.at());
        }
    }

    /**
     * Reads every node's sockets, then what was written meanwhile on top: applying a change twice is no harm, and in the end all are as the log
     * has them.
     */
    private CompletionStage<Void> load() {
        Map<String, Map<String, PresenceEntry>> nodes = new HashMap<>();
        return calls.call(PresenceScripts.HEAD).thenCompose(head -> {
            CompletionStage<Void> scans = CompletableFuture.completedFuture(null);
            for (Object living : head.subList(3, head.size())) {
                Map<String, PresenceEntry> entries = new HashMap<>();
                nodes.put(living.toString(), entries);
                scans = scans.thenCompose(done -> calls.scan(living.toString(), entries))
                        .thenAccept(done -> {});
            }
            String id = head.get(2).toString();
            return scans.thenCompose(done -> calls.call(PresenceScripts.READ, id, Integer.MAX_VALUE))
                    .thenAcceptAsync(answer -> onTop(nodes, id, (Long) head.get(1), new Entries(answer)), executor);
        });
    }

    private void onTop(Map<String, Map<String, PresenceEntry>> nodes, String id, long counted, Entries entries) {
        lastId = id;
        lastNumber = counted;
        entries.forEach(entry -> {
            if (entry.number() != lastNumber + 1) {
                throw new IllegalStateException("presence: the log was cut while it was read");
            }
            lastId = entry.id();
            lastNumber = entry.number();
            if (entry.isGone()) {
                nodes.remove(entry.node());
            } else {
                Map<String, PresenceEntry> ofNode = nodes.computeIfAbsent(entry.node(), any -> new HashMap<>());
                entry.changes().forEach(change -> change.entry()
                        .ifPresentOrElse(
                                value -> ofNode.put(change.socketId(), value), () -> ofNode.remove(change.socketId())));
            }
        });
        loaded = true;
        follower.onSnapshot(nodes, entries.now());
    }

    /** An answer of {@link PresenceScripts#READ}. */
    private record Entries(List<Object> answer) {
        private static final int HEAD = 2;
        private static final int FIELDS = 5;

        long now() {
            return (Long) answer.get(0);
        }

        boolean isFull() {
            return (answer.size() - HEAD) / FIELDS >= MAX_READ;
        }

        /** Whether {@code lastNumber}, up to which all was read, is as far as Redis has counted, or more is to come. */
        boolean isUnbroken(long lastNumber) {
            return isFull() || (Long) answer.get(1) == lastNumber;
        }

        Optional<Entry> first() {
            return answer.size() > HEAD ? Optional.of(entry(HEAD)) : Optional.empty();
        }

        void forEach(Consumer<Entry> consumer) {
            for (int i = HEAD; i < answer.size(); i += FIELDS) {
                consumer.accept(entry(i));
            }
        }

        private Entry entry(int start) {
            return new Entry(answer.subList(start, start + FIELDS));
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
