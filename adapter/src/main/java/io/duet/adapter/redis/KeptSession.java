package io.duet.adapter.redis;

import static java.util.Objects.requireNonNullElseGet;

import io.duet.adapter.FailureText;
import io.duet.adapter.SessionState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session, from the acceptance of its socket until the last that is to be said of it is in the store. At most one write is under way; what
 * changes meanwhile goes into the next. For any thread.
 */
final class KeptSession {
    private static final Logger log = LoggerFactory.getLogger(KeptSession.class);

    private enum Fate {
        LIVE,
        /** Its client may come back. */
        LOST,
        /** Nobody comes back. */
        LEFT
    }

    /** Hears what comes of the writing. */
    interface Listener {
        /** Another node has it, and this one had not noticed. */
        void superseded();

        /** There is nothing more to be written. */
        void over(KeptSession session);
    }

    private final SessionStore store;
    private final String privateId;
    private final Listener listener;
    private volatile Supplier<SessionState> state;
    private volatile Fate fate = Fate.LIVE;

    /** As it was written last; {@code null} if that failed. */
    private volatile @Nullable SessionState written;

    private volatile long writtenAtNanos = System.nanoTime();

    // Guarded by this

    private boolean again;
    private boolean writing;

    /** The write behind the one that is under way; {@code null} if none is wanted. */
    private @Nullable CompletableFuture<Void> next;

    /** @param state as it is at the moment, for any thread */
    KeptSession(SessionStore store, String privateId, Supplier<SessionState> state, Listener listener) {
        this.store = store;
        this.privateId = privateId;
        this.state = state;
        this.listener = listener;
    }

    String privateId() {
        return privateId;
    }

    /** The last words of one whose client may come back. */
    void lost(SessionState last) {
        state = () -> last;
        fate = Fate.LOST;
        write();
    }

    /** Nobody is to come back. */
    void left() {
        fate = Fate.LEFT;
        write();
    }

    /** Done when the state of this moment, or a later one, is written, or after a second if it cannot be. */
    CompletionStage<Void> write() {
        CompletableFuture<Void> done;
        synchronized (this) {
            if (writing) {
                next = requireNonNullElseGet(next, CompletableFuture::new);
                return next;
            }
            writing = true;
            done = new CompletableFuture<>();
        }
        send(done);
        return done;
    }

    /** Writes it again if its data have changed, which nobody tells, or if it was written too long ago, or not at all. */
    void writeIfDue(Duration renewal) {
        SessionState before = written;
        boolean isOld = System.nanoTime() - writtenAtNanos > renewal.toNanos();
        if (before == null || isOld || !before.data().equals(state.get().data())) {
            write();
        }
    }

    private void send(CompletableFuture<Void> done) {
        SessionState session;
        Fate told;
        do {
            told = fate;
            session = state.get();
            // What a socket is when it has left must not be written as what it was.
        } while (told != fate);
        writtenAtNanos = System.nanoTime();
        Fate now = told;
        SessionState sent = session;
        CompletionStage<Boolean> answer = now == Fate.LEFT ? store.forget(privateId) : store.write(sent, isKnown());
        answer.whenComplete((ours, failure) -> {
            if (failure != null) {
                written = null;
                log.debug("session not written: {}", FailureText.of(failure));
            } else {
                written = sent;
                tell(now, ours);
            }
            CompletableFuture<Void> following = following(failure == null);
            done.complete(null);
            if (following != null) {
                send(following);
            }
        });
    }

    private synchronized boolean isKnown() {
        return again;
    }

    private synchronized @Nullable CompletableFuture<Void> following(boolean succeeded) {
        again |= succeeded;
        CompletableFuture<Void> following = next;
        next = null;
        writing = following != null;
        return following;
    }

    private void tell(Fate now, boolean ours) {
        if (now != Fate.LIVE) {
            listener.over(this);
        } else if (!ours) {
            listener.superseded();
        }
    }
}
