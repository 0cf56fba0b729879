package io.duet.adapter.redis;

import org.jspecify.annotations.Nullable;

/** A payload of the cluster that is to be dropped, or a message of ours that must not be published. */
final class ClusterMessageException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ClusterMessageException(String message) {
        super(message);
    }

    ClusterMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
