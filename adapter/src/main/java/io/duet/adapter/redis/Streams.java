package io.duet.adapter.redis;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.redisson.client.RedisClient;

/** The streams of one server, each of which several namespaces share. Safe for any thread. */
final class Streams {
    private final RedisAdapterOptions options;
    private final Function<String, CompletionStage<RedisClient>> master;
    private final RedisLoop loop;
    private final StreamLog.Listener listener;
    private final Map<String, StreamLog> logs = new ConcurrentHashMap<>();

    /**
     * @param master the server that has a key at this moment
     * @param loop where streams are read
     */
    Streams(
            RedisAdapterOptions options,
            Function<String, CompletionStage<RedisClient>> master,
            RedisLoop loop,
            StreamLog.Listener listener) {
        this.options = options;
        this.master = master;
        this.loop = loop;
        this.listener = listener;
    }

    /** That of a namespace; read from the first call on. */
    StreamLog of(String namespace) {
        return logs.computeIfAbsent(
                nameFor(namespace, options), name -> new StreamLog(name, master, loop, options, listener));
    }

    /** By Node's rule, a negative hash included: what Node writes for such a namespace only Duet reads. */
    static String nameFor(String namespace, RedisAdapterOptions options) {
        return options.streamCount() == 1
                ? options.streamName()
                : options.streamName() + "-" + namespace.hashCode() % options.streamCount();
    }

    boolean isReady() {
        return logs.values().stream().allMatch(StreamLog::isReady);
    }

    /** Done when everything has been appended, or the time is over. */
    CompletionStage<Void> close(Duration limit) {
        return CompletableFuture.allOf(logs.values().stream()
                .map(log -> log.close(limit).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }
}
