package io.duet.socketio;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This node's answer to another node: its first value. */
final class NodeAck implements Ack {
    private final Consumer<@Nullable Object> answer;
    private final AtomicBoolean sent = new AtomicBoolean();

    NodeAck(Consumer<@Nullable Object> answer) {
        this.answer = answer;
    }

    @Override
    public boolean isRequested() {
        return true;
    }

    @Override
    public void send(@Nullable Object... values) {
        if (sent.compareAndSet(false, true)) {
            answer.accept(values.length == 0 ? null : values[0]);
        }
    }
}
