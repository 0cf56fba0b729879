package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.FailureText;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All namespaces of a server, and the parents that make more. Safe for any thread: a namespace comes, is attached to and goes by one atomic
 * call on the map each, so that one cannot be removed while a socket is on its way into it.
 */
final class Namespaces {
    private static final Logger log = LoggerFactory.getLogger(Namespaces.class);

    private final Server server;
    private final Map<String, Namespace> byName = new ConcurrentHashMap<>();
    private final List<ParentNamespace> parents = new CopyOnWriteArrayList<>();
    private final Map<Namespace, ParentNamespace> parentOf = new ConcurrentHashMap<>();
    private final List<Consumer<Namespace>> listeners = new CopyOnWriteArrayList<>();

    /** How many children there are, or are being made. */
    private final AtomicInteger children = new AtomicInteger();

    Namespaces(Server server) {
        this.server = server;
    }

    Collection<Namespace> all() {
        return byName.values();
    }

    void addListener(Consumer<Namespace> listener) {
        listeners.add(listener);
    }

    ParentNamespace addParent(NamespaceMatcher matcher, @Nullable Pattern pattern) {
        ParentNamespace parent = new ParentNamespace(server, matcher, pattern);
        parents.add(parent);
        server.counters().namespaces.add(parent.counters());
        return parent;
    }

    /** A namespace that the application names. */
    Namespace of(String name) {
        ParentNamespace parent = null;
        for (ParentNamespace candidate : parents) {
            if (parent == null && candidate.hasPatternFor(name)) {
                parent = candidate;
            }
        }
        return findOrCreate(name, parent, false).orElseThrow();
    }

    /** The namespace that a client asks for, with the client attached to it; empty if there is none and none may be made. */
    CompletionStage<Optional<Namespace>> attach(String name, JsonNode auth) {
        Namespace existing = byName.computeIfPresent(name, (key, namespace) -> {
            namespace.attach();
            return namespace;
        });
        return existing != null
                ? CompletableFuture.completedFuture(Optional.of(existing))
                : askParents(name, auth, parents.iterator());
    }

    /** The last client of a namespace is gone. */
    void onEmpty(Namespace namespace) {
        if (!server.options().cleanupEmptyChildNamespaces() || !parentOf.containsKey(namespace)) {
            return;
        }
        Namespace left = byName.computeIfPresent(namespace.name(), (key, found) -> found.isEmpty() ? null : found);
        if (left == null) {
            ParentNamespace parent = parentOf.remove(namespace);
            if (parent != null) {
                parent.remove(namespace);
                children.decrementAndGet();
                close(namespace);
            }
        }
    }

    private static void close(Namespace namespace) {
        CompletionStage<Void> closed;
        try {
            closed = namespace.close();
        } catch (RuntimeException e) {
            closed = CompletableFuture.failedStage(e);
        }
        closed.exceptionally(failure -> {
            log.warn("adapter of an empty namespace could not be closed: {}: {}", namespace, FailureText.of(failure));
            return null;
        });
    }

    private CompletionStage<Optional<Namespace>> askParents(
            String name, JsonNode auth, Iterator<ParentNamespace> rest) {
        if (!rest.hasNext()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        ParentNamespace parent = rest.next();
        CompletionStage<Boolean> answer;
        try {
            answer = requireNonNull(parent.matcher().matches(name, auth), "answer of a matcher");
        } catch (Throwable e) {
            answer = CompletableFuture.failedStage(e);
        }
        return answer.exceptionally(failure -> {
                    log.debug("namespace matcher failed", failure);
                    return false;
                })
                .thenCompose(yes -> yes
                        ? CompletableFuture.completedFuture(findOrCreate(name, parent, true))
                        : askParents(name, auth, rest));
    }

    /** @param forClient attaches the client; empty then if there are too many children to make one more */
    private Optional<Namespace> findOrCreate(String name, @Nullable ParentNamespace parent, boolean forClient) {
        AtomicReference<@Nullable Namespace> created = new AtomicReference<>();
        Namespace namespace = byName.compute(name, (key, found) -> {
            Namespace result = found;
            if (result == null) {
                result = parent == null ? create(key, null) : createChild(key, parent, forClient);
                created.set(result);
            }
            if (result != null && forClient) {
                result.attach();
            }
            return result;
        });
        Namespace fresh = created.get();
        if (fresh != null && parent == null) {
            server.counters().namespaces.add(fresh.counters());
        }
        if (fresh != null && !name.equals("/")) {
            listeners.forEach(listener -> tell(listener, fresh));
        }
        return Optional.ofNullable(namespace);
    }

    /** A listener's fault must not keep a client out that is attached already. */
    private static void tell(Consumer<Namespace> listener, Namespace namespace) {
        try {
            listener.accept(namespace);
        } catch (Throwable e) {
            log.error("listener of new namespaces failed: {}", namespace, e);
        }
    }

    /** The limit is for names of clients; what the application names counts, but is never refused. */
    private @Nullable Namespace createChild(String name, ParentNamespace parent, boolean forClient) {
        int limit = forClient ? server.options().maxChildNamespaces() : Integer.MAX_VALUE;
        if (children.getAndUpdate(count -> count < limit ? count + 1 : count) >= limit) {
            return null;
        }
        try {
            Namespace child = create(name, parent.counters());
            parent.adopt(child);
            parentOf.put(child, parent);
            return child;
        } catch (RuntimeException | Error e) {
            children.decrementAndGet();
            throw e;
        }
    }

    private Namespace create(String name, @Nullable NamespaceCounters shared) {
        return new Namespace(server, name, server.options().adapters(), shared);
    }
}
