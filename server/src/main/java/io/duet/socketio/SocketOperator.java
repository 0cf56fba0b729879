package io.duet.socketio;

import io.duet.adapter.BroadcastFlags;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A socket with modifiers for what is sent to it. Immutable: can be kept and reused. */
public final class SocketOperator {
    private final Socket socket;
    private final BroadcastFlags flags;

    SocketOperator(Socket socket, BroadcastFlags flags) {
        this.socket = socket;
        this.flags = flags;
    }

    /** How long an acknowledgement may take. */
    public SocketOperator timeout(Duration timeout) {
        return new SocketOperator(socket, flags.withTimeout(timeout));
    }

    /** Node's {@code volatile}: what is sent is dropped if the transport is not writable at that moment. */
    public SocketOperator asVolatile() {
        return new SocketOperator(socket, flags.withVolatile());
    }

    /** Whether what is sent may be compressed. */
    public SocketOperator compress(boolean compress) {
        return new SocketOperator(socket, flags.withCompress(compress));
    }

    /** As {@link Socket#emit}. */
    public void emit(String event, @Nullable Object... arguments) {
        socket.emit(flags, event, arguments);
    }

    /** As {@link Socket#emitWithAck}; with a timeout it fails with {@link AckTimeoutException} once that is over. */
    public CompletionStage<Arguments> emitWithAck(String event, @Nullable Object... arguments) {
        return socket.emitWithAck(flags, event, arguments);
    }
}
