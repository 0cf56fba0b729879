package io.duet.adapter.redis;

import io.duet.adapter.LocalSocket;
import io.duet.adapter.SessionState;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sessions of one namespace's sockets in Redis. Node writes a session when its client is lost; here it is written when the socket is
 * accepted and whenever its rooms or data have changed, so that it is there when the node dies. Safe for any thread.
 */
final class StreamSessions {
    /** How often {@link #tick} is to be called. */
    static final Duration TICK = Duration.ofMillis(100);

    /** Data changes without a word: in so many ticks each session is looked at once. */
    private static final int TICKS_PER_ROUND = 50;

    /** Parts of the time that sessions are kept, after which one that has not changed is written again. */
    private static final int RENEWALS = 3;

    /** About five seconds, or more if each waits for its time to be over. */
    private static final int ATTEMPTS = 20;

    private static final long PAUSE_MILLIS = 250;

    private final SessionStore store;
    private final Duration renewal;

    /** By socket id. */
    private final Map<String, KeptSession> live = new ConcurrentHashMap<>();

    /** By private id: those whose last words are not in the store yet. */
    private final Map<String, KeptSession> parting = new ConcurrentHashMap<>();

    private Iterator<KeptSession> round = Collections.emptyIterator();
    private int perTick;

    /** @param kept how long a session is kept */
    StreamSessions(SessionStore store, Duration kept) {
        this.store = store;
        this.renewal = kept.dividedBy(RENEWALS);
    }

    /** The socket has been accepted, or has joined rooms. Done when its session is written, or soon if Redis is away. */
    CompletionStage<Void> joined(LocalSocket socket) {
        KeptSession kept = live.computeIfAbsent(socket.id(), id -> kept(socket));
        return kept == null ? CompletableFuture.completedFuture(null) : kept.write();
    }

    /** The socket has left rooms. */
    void leftRoom(LocalSocket socket) {
        KeptSession kept = live.get(socket.id());
        if (kept != null) {
            kept.write();
        }
    }

    /** The socket is lost, and its client may come back. */
    void lost(SessionState session) {
        String privateId = session.privateId();
        KeptSession known = live.remove(session.socketId());
        KeptSession kept = known == null ? new KeptSession(store, privateId, () -> session, new Ending(null)) : known;
        parting.put(privateId, kept);
        kept.lost(session);
    }

    /** The socket has left; unless it was lost, nobody comes back. */
    void left(LocalSocket socket) {
        KeptSession kept = live.remove(socket.id());
        if (kept != null) {
            parting.put(kept.privateId(), kept);
            kept.left();
        }
    }

    /** Takes a session out, once. Fails if Redis is away for too long. */
    CompletionStage<Optional<SessionState>> take(String privateId) {
        KeptSession lost = parting.get(privateId);
        CompletionStage<Void> written = lost == null ? CompletableFuture.completedFuture(null) : lost.write();
        String taker = HexId.next();
        return written.thenCompose(done -> patiently(() -> store.take(privateId, taker)));
    }

    /** Asks Redis, again while it is away: a client that waits loses nothing. Fails if that takes too long. */
    static <T> CompletionStage<T> patiently(Supplier<CompletionStage<T>> question) {
        return ask(question, ATTEMPTS);
    }

    private static <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question, int attempts) {
        if (attempts == 1) {
            return question.get();
        }
        Executor later = CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        return question.get().exceptionallyCompose(failure -> CompletableFuture.completedFuture(null)
                .thenComposeAsync(done -> ask(question, attempts - 1), later));
    }

    /** Looks for what has changed without a word, was not written for long, or could not be; on one thread. */
    void tick() {
        if (!round.hasNext()) {
            List<KeptSession> all = Stream.concat(live.values().stream(), parting.values().stream())
                    .toList();
            perTick = all.size() / TICKS_PER_ROUND + 1;
            round = all.iterator();
        }
        for (int i = 0; i < perTick && round.hasNext(); i++) {
            round.next().writeIfDue(renewal);
        }
    }

    /** Done when what was to be said of sockets that have gone is written, or soon if Redis is away. */
    CompletionStage<Void> settled() {
        return CompletableFuture.allOf(parting.values().stream()
                .map(kept -> kept.write().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    private @Nullable KeptSession kept(LocalSocket socket) {
        SessionState session = socket.session().orElse(null);
        return session == null
                ? null
                : new KeptSession(
                        store, session.privateId(), () -> socket.session().orElse(session), new Ending(socket));
    }

    /** What comes of a session here. */
    private final class Ending implements KeptSession.Listener {
        private final @Nullable LocalSocket socket;

        /** @param socket {@code null} if it was never accepted here */
        Ending(@Nullable LocalSocket socket) {
            this.socket = socket;
        }

        @Override
        public void superseded() {
            if (socket != null) {
                socket.supersede();
            }
        }

        @Override
        public void over(KeptSession session) {
            parting.remove(session.privateId(), session);
        }
    }
}
