package io.duet.socketio;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Options of {@link Presence}. Immutable. */
public final class PresenceOptions {
    private final Function<Socket, Optional<String>> user;
    private final Predicate<String> rooms;
    private final Duration grace;
    private final Duration lease;
    private final String userRoomPrefix;

    private PresenceOptions(Builder builder) {
        this.user = builder.user;
        this.rooms = builder.rooms;
        this.grace = builder.grace;
        this.lease = builder.lease;
        this.userRoomPrefix = builder.userRoomPrefix;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** All defaults. */
    public static PresenceOptions defaults() {
        return builder().build();
    }

    Function<Socket, Optional<String>> user() {
        return user;
    }

    Predicate<String> rooms() {
        return rooms;
    }

    Duration grace() {
        return grace;
    }

    Duration lease() {
        return lease;
    }

    String userRoomPrefix() {
        return userRoomPrefix;
    }

    /** Collects options. */
    public static final class Builder {
        private static final Duration MIN_LEASE = Duration.ofSeconds(1);

        private Function<Socket, Optional<String>> user = socket -> Optional.empty();
        private Predicate<String> rooms = room -> true;
        private Duration grace = Duration.ofSeconds(5);
        private Duration lease = Duration.ofSeconds(15);
        private String userRoomPrefix = "user:";

        private Builder() {}

        /**
         * Whose a socket is when it is accepted, by its handshake or its data; empty, or an empty text: nobody's, until
         * {@link Socket#identify}. Default: nobody's. A function that fails makes it nobody's, too. A client that comes back by connection state
         * recovery is asked about like any other. Called on the session's event loop: must not block.
         */
        public Builder user(Function<Socket, Optional<String>> user) {
            this.user = requireNonNull(user, "user");
            return this;
        }

        /** Which rooms users are seen in; default all but those of single sockets and users. Called often and under a lock: must be quick. */
        public Builder rooms(Predicate<String> rooms) {
            this.rooms = requireNonNull(rooms, "rooms");
            return this;
        }

        /** How long a user whose last socket has gone is still online, so that a reload is no absence; default 5 s, zero for none. The same on
         * every node. */
        public Builder grace(Duration grace) {
            if (grace.isNegative()) {
                throw new IllegalArgumentException("grace: " + grace + " (expected: >= 0)");
            }
            this.grace = grace;
            return this;
        }

        /** How long after its last sign of life a node's users are taken for gone; default 15 s, at least 1 s. The same on every node. */
        public Builder lease(Duration lease) {
            if (lease.compareTo(MIN_LEASE) < 0) {
                throw new IllegalArgumentException("lease: " + lease + " (expected: >= " + MIN_LEASE + ")");
            }
            this.lease = lease;
            return this;
        }

        /** What the room of a user's sockets is called before the user's id; default {@code user:}. */
        public Builder userRoomPrefix(String userRoomPrefix) {
            if (userRoomPrefix.isEmpty()) {
                throw new IllegalArgumentException("userRoomPrefix: empty (expected: a text)");
            }
            this.userRoomPrefix = userRoomPrefix;
            return this;
        }

        public PresenceOptions build() {
            return new PresenceOptions(this);
        }
    }
}
