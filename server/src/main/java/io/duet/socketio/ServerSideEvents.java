package io.duet.socketio;

import io.duet.adapter.TraceContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nodes of one namespace say to each other by {@code serverSideEmit}: the listeners here, called one at a time, in order. */
final class ServerSideEvents {
    private static final Logger log = LoggerFactory.getLogger(ServerSideEvents.class);

    private static final Set<String> RESERVED = Set.of("connect", "connection", "new_namespace");

    private final Namespace namespace;
    private final SerialExecutor serial;
    private final EventListeners listeners = new EventListeners();
    private final List<AnyEventListener> any = new CopyOnWriteArrayList<>();

    ServerSideEvents(Namespace namespace) {
        this.namespace = namespace;
        this.serial = namespace.server().serialExecutor();
    }

    void on(String event, EventListener listener) {
        listeners.add(event, listener);
    }

    void onAny(AnyEventListener listener) {
        any.add(listener);
    }

    /** An event as adapters carry it. */
    static List<@Nullable Object> data(String event, @Nullable Object... arguments) {
        if (RESERVED.contains(event)) {
            throw new IllegalArgumentException("event: " + event + " (expected: a name that is not reserved)");
        }
        return Namespace.named(event, arguments);
    }

    /** Calls the listeners of what another node sends, off the adapter's thread: they may block. */
    void fire(List<@Nullable Object> data, @Nullable Consumer<List<@Nullable Object>> answer) {
        String event = Arguments.text(data.get(0));
        Arguments arguments =
                Arguments.of(data.subList(1, data.size()), namespace.server().mapper());
        Ack ack = answer == null ? NoAck.INSTANCE : new NodeAck(answer);
        serial.execute(TraceContext.bound(() -> {
            for (AnyEventListener listener : any) {
                call((values, request) -> listener.onEvent(event, values, request), arguments, ack);
            }
            for (EventListener listener : listeners.registered(event)) {
                call(listener, arguments, ack);
            }
        }));
    }

    private void call(EventListener listener, Arguments arguments, Ack ack) {
        try {
            listener.onEvent(arguments, ack);
        } catch (Throwable e) {
            log.error("server-side listener failed: {}", namespace.name(), e);
        }
    }
}
