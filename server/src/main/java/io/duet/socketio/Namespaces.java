package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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
        return findOrCreate(name, parent, false);
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
                namespace.close();
            }
        }
    }

    private CompletionStage<Optional<Namespace>> askParents(
            String name, JsonNode auth, Iterator<ParentNamespace> rest) {
        if (!rest.hasNext() || parentOf.size() >= server.options().maxChildNamespaces()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        ParentNamespace parent = rest.next();
        CompletionStage<Boolean> answer;
        try {
            answer = parent.matcher().matches(name, auth);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedStage(e);
        }
        return answer.exceptionally(failure -> {
                    log.debug("namespace matcher failed", failure);
                    return false;
                })
                .thenCompose(yes -> yes
                        ? CompletableFuture.completedFuture(Optional.of(findOrCreate(name, parent, true)))
                        : askParents(name, auth, rest));
    }

    private Namespace findOrCreate(String name, @Nullable ParentNamespace parent, boolean attach) {
        AtomicReference<@Nullable Namespace> created = new AtomicReference<>();
        Namespace namespace = byName.compute(name, (key, found) -> {
            Namespace result = found;
            if (result == null) {
                result = new Namespace(
                        server, key, server.options().adapters(), parent == null ? null : parent.counters());
                if (parent != null) {
                    parent.adopt(result);
                    parentOf.put(result, parent);
                }
                created.set(result);
            }
            if (attach) {
                result.attach();
            }
            return result;
        });
        if (created.get() != null && parent == null) {
            server.counters().namespaces.add(namespace.counters());
        }
        if (created.get() != null && !name.equals("/")) {
            new ArrayList<>(listeners).forEach(listener -> listener.accept(namespace));
        }
        return namespace;
    }
}
