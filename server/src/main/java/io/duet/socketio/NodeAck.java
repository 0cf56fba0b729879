package io.duet.socketio;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This node's answer to another node: its first value. */
final class NodeAck implements Ack {
    private final Consumer<List<@Nullable Object>> answer;
    private final AtomicBoolean sent = new AtomicBoolean();

    NodeAck(Consumer<List<@Nullable Object>> answer) {
        this.answer = answer;
    }

    @Override
    public boolean isRequested() {
        return true;
    }

    @Override
    public void send(@Nullable Object... values) {
        if (sent.compareAndSet(false, true)) {
            answer.accept(Arrays.asList(values));
        }
    }
}
