package io.duet.socketio;

import org.jspecify.annotations.Nullable;

/** For events whose client does not ask for an answer. */
enum NoAck implements Ack {
    INSTANCE;

    @Override
    public boolean isRequested() {
        return false;
    }

    @Override
    public void send(@Nullable Object... values) {
        // Nobody waits.
    }
}
