package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import io.duet.adapter.TraceContext;
import io.duet.socketio.codec.SocketPacket;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket's listeners, and the way of an event through them: catch-all listeners, middlewares, listeners of its name. Registration from any
 * thread; everything else within the socket's serial executor, so that an event waits for the one before even if that is with a middleware.
 */
final class SocketEvents {
    private static final Logger log = LoggerFactory.getLogger(SocketEvents.class);

    final EventListeners listeners = new EventListeners();
    final Registered<AnyEventListener> any = new Registered<>();
    final Registered<OutgoingListener> anyOutgoing = new Registered<>();
    final Registered<EventMiddleware> middlewares = new Registered<>();
    final Registered<Consumer<SocketError>> errorListeners = new Registered<>();
    final Registered<DisconnectListener> disconnecting = new Registered<>();
    final Registered<DisconnectListener> disconnect = new Registered<>();

    private final Socket socket;
    private final SerialExecutor serial;

    /** The event at the head is with a middleware; the others wait. */
    private final Queue<Incoming> waiting = new ArrayDeque<>(0);

    SocketEvents(Socket socket, SerialExecutor serial) {
        this.socket = socket;
        this.serial = serial;
    }

    /** @param done run once the event has been handled or dropped */
    void receive(SocketPacket.Event packet, Runnable done) {
        serial.execute(() -> {
            Incoming event = new Incoming(packet, done);
            if (waiting.isEmpty() && middlewares.isEmpty()) {
                event.announce();
                event.deliver();
            } else {
                waiting.add(event);
                if (waiting.size() == 1) {
                    event.start();
                }
            }
        });
    }

    void fireOutgoing(List<@Nullable Object> data) {
        if (!anyOutgoing.isEmpty()) {
            serial.execute(TraceContext.bound(() -> {
                Arguments arguments = socket.arguments(data.subList(1, data.size()));
                for (OutgoingListener listener : anyOutgoing) {
                    guarded(() -> listener.onEvent(String.valueOf(data.get(0)), arguments));
                }
            }));
        }
    }

    void fireError(SocketError error) {
        serial.execute(() -> errorListeners.forEach(listener -> guarded(() -> listener.accept(error))));
    }

    void fire(Registered<DisconnectListener> registered, DisconnectReason reason, String description) {
        registered.forEach(listener -> guarded(() -> listener.onDisconnect(reason, description)));
    }

    /** A listener's fault concerns that listener alone; an argument that does not fit is the client's fault. */
    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (Arguments.MismatchException e) {
            log.debug("{}: {}", socket, e.getMessage());
            fireError(new SocketError(String.valueOf(e.getMessage())));
        } catch (Throwable e) {
            // Kotlin and Lombok throw checked exceptions without declaring them.
            log.error("listener failed: {}", socket, e);
        }
    }

    /** One event on its way. */
    private final class Incoming {
        private final Runnable done;
        private final Ack ack;
        private String name;
        private Arguments arguments;

        Incoming(SocketPacket.Event packet, Runnable done) {
            this.done = done;
            this.ack = packet.id() == SocketPacket.NO_ID ? NoAck.INSTANCE : new ClientAck(socket, packet.id());
            this.name = packet.data().get(0) instanceof JsonNode text ? text.asText() : "";
            this.arguments =
                    socket.arguments(packet.data().subList(1, packet.data().size()));
        }

        void announce() {
            if (socket.life().takesEvents()) {
                for (AnyEventListener listener : any) {
                    guarded(() -> listener.onEvent(name, arguments, ack));
                }
            }
        }

        void start() {
            announce();
            proceed(middlewares.iterator());
        }

        void deliver() {
            try {
                if (socket.life().takesEvents()) {
                    callListeners();
                }
            } finally {
                done.run();
            }
        }

        private void callListeners() {
            LongConsumer time = socket.namespace().counters().listenerTime();
            long start = time == null ? 0 : System.nanoTime();
            for (EventListener listener : listeners.registered(name)) {
                guarded(() -> listener.onEvent(arguments, ack));
            }
            if (time != null) {
                time.accept(System.nanoTime() - start);
            }
        }

        private void proceed(Iterator<EventMiddleware> rest) {
            if (!rest.hasNext()) {
                deliver();
                startNext();
                return;
            }
            Step step = new Step(this, rest);
            try {
                rest.next().handle(name, arguments, step);
            } catch (Throwable e) {
                log.error("middleware failed, event refused: {}", socket, e);
                step.refuse(new SocketError("internal error"));
            }
        }

        private void drop(SocketError error) {
            fireError(error);
            done.run();
            startNext();
        }

        private void startNext() {
            waiting.remove();
            Incoming next = waiting.peek();
            if (next != null) {
                // As a task of its own: a long row of events must not become a deep stack.
                serial.executeLater(next::start);
            }
        }
    }

    /** One middleware's decision. */
    private final class Step implements EventMiddleware.Next {
        private final Incoming event;
        private final Iterator<EventMiddleware> rest;
        private final AtomicBoolean decided = new AtomicBoolean();

        Step(Incoming event, Iterator<EventMiddleware> rest) {
            this.event = event;
            this.rest = rest;
        }

        @Override
        public void accept() {
            decide(() -> event.proceed(rest));
        }

        @Override
        public void accept(String name, @Nullable Object... arguments) {
            List<@Nullable Object> data = Namespace.eventData(name, arguments);
            decide(() -> {
                event.name = name;
                event.arguments = socket.arguments(data.subList(1, data.size()));
                event.proceed(rest);
            });
        }

        @Override
        public void refuse(SocketError error) {
            decide(() -> event.drop(error));
        }

        private void decide(Runnable next) {
            if (decided.compareAndSet(false, true)) {
                serial.execute(next);
            }
        }
    }
}
