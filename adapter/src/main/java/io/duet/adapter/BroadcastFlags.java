package io.duet.adapter;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The modifiers a caller has set on an emit or a broadcast, in the order in which they were set (Node sends them in that order).
 *
 * <p>Immutable. A flag that was never set is absent, which is not the same as {@code false} on a cluster's wire.
 */
public final class BroadcastFlags {
    /** No flag set. */
    public static final BroadcastFlags NONE = new BroadcastFlags(Map.of());

    /** The flags of socket.io-adapter, by their names on the wire. */
    private enum Flag {
        VOLATILE,
        COMPRESS,
        LOCAL,
        TIMEOUT,
        EXPECT_SINGLE_RESPONSE
    }

    private final Map<Flag, Object> values;

    private BroadcastFlags(Map<Flag, Object> values) {
        this.values = values;
    }

    /** Each receiver may miss the packet if its transport is not writable at that moment. */
    public BroadcastFlags withVolatile() {
        return with(Flag.VOLATILE, true);
    }

    /** Whether the transport may compress the packet; unset means yes. */
    public BroadcastFlags withCompress(boolean compress) {
        return with(Flag.COMPRESS, compress);
    }

    /** Only sockets of this node; nothing is sent to the cluster. */
    public BroadcastFlags withLocal() {
        return with(Flag.LOCAL, true);
    }

    /** How long to wait for acknowledgements or answers of other nodes. */
    public BroadcastFlags withTimeout(Duration timeout) {
        return with(Flag.TIMEOUT, requireNonNull(timeout, "timeout"));
    }

    /** The caller unwraps the first acknowledgement: set by a remote socket. */
    public BroadcastFlags withExpectSingleResponse() {
        return with(Flag.EXPECT_SINGLE_RESPONSE, true);
    }

    public boolean isVolatile() {
        return values.containsKey(Flag.VOLATILE);
    }

    public boolean local() {
        return values.containsKey(Flag.LOCAL);
    }

    /** Absent: not set, which receivers take for {@code true}. */
    public Optional<Boolean> compress() {
        return Optional.ofNullable((Boolean) values.get(Flag.COMPRESS));
    }

    public Optional<Duration> timeout() {
        return Optional.ofNullable((Duration) values.get(Flag.TIMEOUT));
    }

    public boolean expectSingleResponse() {
        return values.containsKey(Flag.EXPECT_SINGLE_RESPONSE);
    }

    /**
     * The flags that travel to other nodes, as JavaScript names them, in the order in which they were set: {@code volatile},
     * {@code compress}, {@code timeout} (milliseconds) and {@code expectSingleResponse}; never {@code local}.
     */
    public Map<String, Object> toWire() {
        Map<String, Object> wire = new LinkedHashMap<>();
        values.forEach((flag, value) -> {
            switch (flag) {
                case VOLATILE -> wire.put("volatile", value);
                case COMPRESS -> wire.put("compress", value);
                case TIMEOUT -> wire.put("timeout", ((Duration) value).toMillis());
                case EXPECT_SINGLE_RESPONSE -> wire.put("expectSingleResponse", value);
                case LOCAL -> {
                    // A local broadcast is never sent.
                }
            }
        });
        return wire;
    }

    private BroadcastFlags with(Flag flag, Object value) {
        Map<Flag, Object> copy = new LinkedHashMap<>(values);
        copy.put(flag, value);
        return new BroadcastFlags(Collections.unmodifiableMap(copy));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BroadcastFlags flags && values.equals(flags.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
