package io.duet.socketio;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The answer to one event. */
final class ClientAck implements Ack {
    private final Socket socket;
    private final long id;
    private final AtomicBoolean sent = new AtomicBoolean();

    ClientAck(Socket socket, long id) {
        this.socket = socket;
        this.id = id;
    }

    @Override
    public boolean isRequested() {
        return true;
    }

    @Override
    public void send(@Nullable Object... values) {
        if (sent.compareAndSet(false, true)) {
            socket.answer(id, values);
        }
    }
}
