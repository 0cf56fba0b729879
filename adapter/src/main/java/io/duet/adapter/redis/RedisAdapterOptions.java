package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Options of {@link RedisAdapter}. Immutable; names and defaults of {@code @socket.io/redis-adapter} 8.3 where it has the option. Those of one
 * wire mean nothing to the others.
 */
public final class RedisAdapterOptions {
    public static final String DEFAULT_KEY = "socket.io";
    public static final String DEFAULT_STREAM_NAME = "socket.io";
    public static final String DEFAULT_SESSION_KEY_PREFIX = "sio:session:";
    public static final int DEFAULT_MAX_LEN = 10_000;
    public static final int DEFAULT_READ_COUNT = 100;
    public static final Duration DEFAULT_REQUESTS_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration DEFAULT_MAX_PUBLISH_WAIT = Duration.ofSeconds(10);
    public static final long DEFAULT_MAX_PUBLISH_QUEUE_BYTES = 64L * 1024 * 1024;
    public static final long DEFAULT_MAX_RECEIVE_QUEUE_BYTES = 64L * 1024 * 1024;
    public static final Duration DEFAULT_UNSUBSCRIBE_LINGER = Duration.ofSeconds(1);

    /** Which channels of other nodes' broadcasts a node listens to. */
    public enum Subscription {
        /** The namespace's own, and one for each room that has a member here. */
        TARGETED,
        /** All, by a pattern, as Node's adapter does. */
        PATTERN
    }

    /** Which rooms have channels of their own on the sharded wire. All nodes of a cluster must have the same. */
    public enum SubscriptionMode {
        /** None: every node gets every message. */
        STATIC,
        /** All but those of single sockets, which are told by the length of a socket's id, 20. */
        DYNAMIC,
        /** All. */
        DYNAMIC_PRIVATE
    }

    private final String key;
    private final Duration requestsTimeout;
    private final boolean publishOnSpecificResponseChannel;
    private final Subscription subscription;
    private final SubscriptionMode subscriptionMode;
    private final String streamName;
    private final int streamCount;
    private final String sessionKeyPrefix;
    private final int replicas;
    private final int maxLen;
    private final int readCount;
    private final boolean onlyPlaintext;
    private final boolean useShardedPubSub;
    private final Duration maxPublishWait;
    private final long maxPublishQueueBytes;
    private final long maxReceiveQueueBytes;
    private final Duration unsubscribeLinger;
    private final BusListener listener;

    private RedisAdapterOptions(Builder builder) {
        this.key = builder.key;
        this.requestsTimeout = builder.requestsTimeout;
        this.publishOnSpecificResponseChannel = builder.publishOnSpecificResponseChannel;
        this.subscription = builder.subscription;
        this.subscriptionMode = builder.subscriptionMode;
        this.streamName = builder.streamName;
        this.streamCount = builder.streamCount;
        this.sessionKeyPrefix = builder.sessionKeyPrefix;
        this.replicas = builder.replicas;
        this.maxLen = builder.maxLen;
        this.readCount = builder.readCount;
        this.onlyPlaintext = builder.onlyPlaintext;
        this.useShardedPubSub = builder.useShardedPubSub;
        this.maxPublishWait = builder.maxPublishWait;
        this.maxPublishQueueBytes = builder.maxPublishQueueBytes;
        this.maxReceiveQueueBytes = builder.maxReceiveQueueBytes;
        this.unsubscribeLinger = builder.unsubscribeLinger;
        this.listener = builder.listener;
    }

    /** All defaults. */
    public static RedisAdapterOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public String key() {
        return key;
    }

    public Duration requestsTimeout() {
        return requestsTimeout;
    }

    public boolean publishOnSpecificResponseChannel() {
        return publishOnSpecificResponseChannel;
    }

    public Subscription subscription() {
        return subscription;
    }

    public SubscriptionMode subscriptionMode() {
        return subscriptionMode;
    }

    public String streamName() {
        return streamName;
    }

    public int streamCount() {
        return streamCount;
    }

    public String sessionKeyPrefix() {
        return sessionKeyPrefix;
    }

    public int replicas() {
        return replicas;
    }

    public int maxLen() {
        return maxLen;
    }

    public int readCount() {
        return readCount;
    }

    public boolean onlyPlaintext() {
        return onlyPlaintext;
    }

    public boolean useShardedPubSub() {
        return useShardedPubSub;
    }

    Duration maxPublishWait() {
        return maxPublishWait;
    }

    long maxPublishQueueBytes() {
        return maxPublishQueueBytes;
    }

    long maxReceiveQueueBytes() {
        return maxReceiveQueueBytes;
    }

    Duration unsubscribeLinger() {
        return unsubscribeLinger;
    }

    BusListener listener() {
        return listener;
    }

    /** Not safe for several threads. */
    public static final class Builder {
        private String key = DEFAULT_KEY;
        private Duration requestsTimeout = DEFAULT_REQUESTS_TIMEOUT;
        private boolean publishOnSpecificResponseChannel;
        private Subscription subscription = Subscription.TARGETED;
        private SubscriptionMode subscriptionMode = SubscriptionMode.DYNAMIC;
        private String streamName = DEFAULT_STREAM_NAME;
        private int streamCount = 1;
        private String sessionKeyPrefix = DEFAULT_SESSION_KEY_PREFIX;
        private int replicas;
        private int maxLen = DEFAULT_MAX_LEN;
        private int readCount = DEFAULT_READ_COUNT;
        private boolean onlyPlaintext;
        private boolean useShardedPubSub;
        private Duration maxPublishWait = DEFAULT_MAX_PUBLISH_WAIT;
        private long maxPublishQueueBytes = DEFAULT_MAX_PUBLISH_QUEUE_BYTES;
        private long maxReceiveQueueBytes = DEFAULT_MAX_RECEIVE_QUEUE_BYTES;
        private Duration unsubscribeLinger = DEFAULT_UNSUBSCRIBE_LINGER;
        private BusListener listener = new BusListener() {};

        private Builder() {}

        /** Prefix of all channels ({@code channelPrefix} of Node's sharded adapter); the same for every node. Default {@value RedisAdapterOptions#DEFAULT_KEY}. */
        public Builder key(String key) {
            this.key = requireNonNull(key, "key");
            return this;
        }

        /**
         * How long other nodes may take to answer {@code fetchSockets} and {@code allRooms}; default 5 s. Answers to {@code serverSideEmitWithAck} have
         * the server's {@code ackTimeout}.
         */
        public Builder requestsTimeout(Duration requestsTimeout) {
            this.requestsTimeout = positive("requestsTimeout", requestsTimeout);
            return this;
        }

        /** Classic wire: whether answers go to a channel that only the asking node listens to; default false, as in Node. */
        public Builder publishOnSpecificResponseChannel(boolean specific) {
            this.publishOnSpecificResponseChannel = specific;
            return this;
        }

        /** Classic wire: default {@link Subscription#TARGETED}; both work together with each other and with Node. */
        public Builder subscription(Subscription subscription) {
            this.subscription = requireNonNull(subscription, "subscription");
            return this;
        }

        /** Sharded wire: default {@link SubscriptionMode#DYNAMIC}; the same for every node. */
        public Builder subscriptionMode(SubscriptionMode subscriptionMode) {
            this.subscriptionMode = requireNonNull(subscriptionMode, "subscriptionMode");
            return this;
        }

        /** Streams wire: name of the stream, or what the names of several begin with; default {@value #DEFAULT_STREAM_NAME}. */
        public Builder streamName(String streamName) {
            this.streamName = requireNonNull(streamName, "streamName");
            return this;
        }

        /**
         * Streams wire: how many streams the namespaces are spread over, each of which is read by two connections of every node; default 1. The
         * same for every node. With more than one, Node 0.3.1 does not read those of namespaces whose names have a negative hash.
         */
        public Builder streamCount(int streamCount) {
            this.streamCount = (int) positive("streamCount", streamCount);
            return this;
        }

        /** Streams wire: what the keys of sessions begin with; default {@value #DEFAULT_SESSION_KEY_PREFIX}. */
        public Builder sessionKeyPrefix(String sessionKeyPrefix) {
            this.sessionKeyPrefix = requireNonNull(sessionKeyPrefix, "sessionKeyPrefix");
            return this;
        }

        /**
         * Streams wire: how many replicas must have what this node sends before it sends more (Redis' {@code WAIT}); default 0. What is not known to be
         * there when a master is replaced is written again, so that nothing is lost with a master; Duet servers deliver it once, Node's servers
         * maybe twice. While there are fewer replicas what is sent waits, as while Redis is away.
         */
        public Builder replicas(int replicas) {
            if (replicas < 0) {
                throw new IllegalArgumentException("replicas: " + replicas + " (expected: 0 or more)");
            }
            this.replicas = replicas;
            return this;
        }

        /**
         * Streams wire: about how many entries a stream keeps, and so what a node that is cut off can miss; default 10,000. A node appends no more while
         * a tenth of that, or 1,000, are its own and not read back.
         */
        public Builder maxLen(int maxLen) {
            this.maxLen = (int) positive("maxLen", maxLen);
            return this;
        }

        /** Streams wire: how many entries are read at once; default 100. */
        public Builder readCount(int readCount) {
            this.readCount = (int) positive("readCount", readCount);
            return this;
        }

        /** Streams wire: whether binary in entries is written as JSON, {@code {"type":"Buffer","data":[]}}; default false. */
        public Builder onlyPlaintext(boolean onlyPlaintext) {
            this.onlyPlaintext = onlyPlaintext;
            return this;
        }

        /** Streams wire: whether requests go by Redis 7's sharded publish/subscribe; default false. */
        public Builder useShardedPubSub(boolean useShardedPubSub) {
            this.useShardedPubSub = useShardedPubSub;
            return this;
        }

        /** How long a message may wait for a Redis that is away before it is given up; default 10 s. */
        public Builder maxPublishWait(Duration maxPublishWait) {
            this.maxPublishWait = positive("maxPublishWait", maxPublishWait);
            return this;
        }

        /** How much may wait for a Redis that is away, or slower than what is sent; what comes on top is given up. Default 64 MiB. */
        public Builder maxPublishQueueBytes(long maxPublishQueueBytes) {
            this.maxPublishQueueBytes = positive("maxPublishQueueBytes", maxPublishQueueBytes);
            return this;
        }

        /** How much of other nodes' messages may wait for this node to deliver it; what comes on top is given up. Default 64 MiB. */
        public Builder maxReceiveQueueBytes(long maxReceiveQueueBytes) {
            this.maxReceiveQueueBytes = positive("maxReceiveQueueBytes", maxReceiveQueueBytes);
            return this;
        }

        /** How long a room's subscription outlives its last member, for members that come back; default 1 s. */
        public Builder unsubscribeLinger(Duration unsubscribeLinger) {
            this.unsubscribeLinger = requireNonNull(unsubscribeLinger, "unsubscribeLinger");
            return this;
        }

        /** Hears of lost and regained connections, and of messages given up; default nobody. */
        public Builder listener(BusListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        public RedisAdapterOptions build() {
            return new RedisAdapterOptions(this);
        }

        private static long positive(String name, long value) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
            }
            return value;
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
            }
            return value;
        }
    }
}
