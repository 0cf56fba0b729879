package io.duet.netty;

import com.corundumstudio.socketio.AuthorizationListener;
import com.corundumstudio.socketio.AuthorizationResult;
import com.corundumstudio.socketio.handler.SuccessAuthorizationListener;
import io.duet.engineio.EngineRequest;
import io.duet.engineio.RequestGate;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks a program's authorization listener about each handshake, on threads that may block, and keeps what it wants to have in the store of the
 * clients for as long as the request is in use. Safe for any thread.
 */
final class Authorization {
    private static final int THREADS = 16;
    private static final long IDLE_SECONDS = 30;

    private final AuthorizationListener listener;
    private final ThreadPoolExecutor executor;
    private final Map<Key, Map<String, Object>> parameters = new ConcurrentHashMap<>();
    private final ReferenceQueue<EngineRequest> unused = new ReferenceQueue<>();

    Authorization(AuthorizationListener listener) {
        this.listener = listener;
        this.executor =
                new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        executor.allowCoreThreadTimeOut(true);
        AtomicInteger number = new AtomicInteger();
        executor.setThreadFactory(task -> {
            Thread thread = new Thread(task, "duet-authorization-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Absent if everybody may come in. */
    Optional<RequestGate> gate() {
        return listener instanceof SuccessAuthorizationListener
                ? Optional.empty()
                : Optional.of(request -> CompletableFuture.supplyAsync(() -> decide(request), executor));
    }

    /** What the listener wants to have in the store. */
    Map<String, Object> storeParameters(EngineRequest request) {
        return parameters.getOrDefault(new Key(request, null), Map.of());
    }

    void close() {
        executor.shutdown();
    }

    private RequestGate.Decision decide(EngineRequest request) {
        AuthorizationResult result = listener.getAuthorizationResult(Handshakes.of(request));
        if (!result.isAuthorized()) {
            return RequestGate.Decision.refuse("");
        }
        removeUnused();
        if (!result.getStoreParams().isEmpty()) {
            parameters.put(new Key(request, unused), result.getStoreParams());
        }
        return RequestGate.Decision.allow();
    }

    private void removeUnused() {
        for (Reference<?> gone = unused.poll(); gone != null; gone = unused.poll()) {
            parameters.remove(gone);
        }
    }

    /** A request itself, not another one with the same content. */
    private static final class Key extends WeakReference<EngineRequest> {
        private final int hash;

        Key(EngineRequest request, @Nullable ReferenceQueue<EngineRequest> queue) {
            super(request, queue);
            this.hash = System.identityHashCode(request);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other || (other instanceof Key key && get() != null && key.refersTo(get()));
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
