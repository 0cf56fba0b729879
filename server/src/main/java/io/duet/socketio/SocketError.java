package io.duet.socketio;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What went wrong with a packet of a client: a middleware refused it, or it was malformed. */
public final class SocketError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object data;

    /** Makes one without data. */
    public SocketError(String message) {
        this(message, null);
    }

    /** @param data details for whoever listens */
    public SocketError(String message, @Nullable Object data) {
        super(message, null, false, false);
        this.data = data;
    }

    /** Details for whoever listens, if there are any. */
    public Optional<Object> data() {
        return Optional.ofNullable(data);
    }
}
