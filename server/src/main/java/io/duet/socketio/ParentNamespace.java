package io.duet.socketio;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A family of namespaces that come into being as clients ask for them. A child takes over the parent's middlewares and connection listeners
 * of that moment; what is emitted on the parent goes to all children that this node has.
 */
public final class ParentNamespace extends Namespace {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final NamespaceMatcher matcher;
    private final @Nullable Pattern pattern;
    private final Map<String, Namespace> children;

    ParentNamespace(Server server, NamespaceMatcher matcher, @Nullable Pattern pattern) {
        this(server, "/_" + COUNTER.getAndIncrement(), matcher, pattern, new ConcurrentHashMap<>());
    }

    private ParentNamespace(
            Server server,
            String name,
            NamespaceMatcher matcher,
            @Nullable Pattern pattern,
            Map<String, Namespace> children) {
        super(
                server,
                name,
                (own, sockets) -> new ParentAdapter(children),
                new NamespaceCounters(pattern == null ? name : pattern.pattern(), children::values));
        this.matcher = matcher;
        this.pattern = pattern;
        this.children = children;
    }

    /** The children that this node has. A copy. */
    public List<Namespace> children() {
        return List.copyOf(children.values());
    }

    NamespaceMatcher matcher() {
        return matcher;
    }

    /** Whether a namespace that the application names belongs here too. */
    boolean hasPatternFor(String name) {
        return pattern != null && pattern.matcher(name).find();
    }

    void adopt(Namespace child) {
        inherit(child);
        children.put(child.name(), child);
    }

    void remove(Namespace child) {
        children.remove(child.name(), child);
    }
}
