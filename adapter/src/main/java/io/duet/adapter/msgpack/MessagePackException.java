package io.duet.adapter.msgpack;

import org.jspecify.annotations.Nullable;

/** A value that MessagePack cannot hold, or bytes that are not one MessagePack value. */
public final class MessagePackException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    MessagePackException(String message) {
        super(message);
    }

    MessagePackException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
