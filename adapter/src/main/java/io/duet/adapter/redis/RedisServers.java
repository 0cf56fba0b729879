package io.duet.adapter.redis;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.client.protocol.RedisCommands;
import org.redisson.command.CommandAsyncExecutor;
import org.redisson.connection.ClientConnectionsEntry;
import org.redisson.connection.ConnectionManager;
import org.redisson.connection.MasterSlaveEntry;

/** What Redisson knows of where Redis is, who is the master, and how to log in. Used on one thread, which it may block where that is said. */
final class RedisServers {
    /** Until Redisson has noticed by itself that one has gone. */
    private static final long REPLICA_MILLIS = 1000;

    private final Supplier<Redisson> create;
    private final Consumer<RedissonClient> release;
    private @Nullable Redisson redisson;

    private RedisServers(Supplier<Redisson> create, Consumer<RedissonClient> release, @Nullable Redisson redisson) {
        this.create = create;
        this.release = release;
        this.redisson = redisson;
    }

    /**
     * By a client of the caller's, who also ends it.
     *
     * @throws IllegalArgumentException if it was not made by {@link Redisson#create}
     */
    static RedisServers of(RedissonClient redisson) {
        if (requireNonNull(redisson, "redisson") instanceof Redisson usable) {
            return new RedisServers(() -> usable, client -> {}, usable);
        }
        throw new IllegalArgumentException(
                "redisson: " + redisson.getClass().getName() + " (expected: made by Redisson.create)");
    }

    /** By a client of its own, which is made when it is first needed, and tried again if that fails. */
    static RedisServers at(RedisUri redis) {
        return new RedisServers(() -> (Redisson) Redisson.create(redis.config()), RedissonClient::shutdown, null);
    }

    /** The masters and slots of a Redis Cluster, if it is one and the client is there already. For any thread before the first use. */
    Optional<ConnectionManager> cluster() {
        return Optional.ofNullable(redisson)
                .filter(client -> client.getConfig().isClusterConfig())
                .map(client -> client.getCommandExecutor().getConnectionManager());
    }

    /** The one that publishes and is subscribed to; of a Redis Cluster, that of the first slot. May block. */
    RedisClient master() {
        return manager().getWriteEntry(0).getClient();
    }

    /** The one that has a key at this moment. May block. */
    RedisClient masterOf(String key) {
        ConnectionManager manager = manager();
        return manager.getWriteEntry(manager.calcSlot(key)).getClient();
    }

    private ConnectionManager manager() {
        Redisson client = redisson;
        if (client == null) {
            client = create.get();
            redisson = client;
        }
        return client.getCommandExecutor().getConnectionManager();
    }

    /**
     * How many are subscribed to a channel at all nodes of a Redis Cluster: each knows those who are connected to it, and Node's servers may be at any.
     * At a replica that has gone there is nobody.
     */
    CompletionStage<Integer> countAtAll(String channel) {
        CommandAsyncExecutor executor = connected().getCommandExecutor();
        Map<InetSocketAddress, RedisClient> replicas = new HashMap<>();
        CompletableFuture<Integer> sum = CompletableFuture.completedFuture(0);
        for (MasterSlaveEntry entry : executor.getConnectionManager().getEntrySet()) {
            RedisClient master = entry.getClient();
            entry.getAllEntries().stream()
                    .filter(node -> !node.isFreezed())
                    .map(ClientConnectionsEntry::getClient)
                    .filter(node -> !node.getAddr().equals(master.getAddr()))
                    .forEach(node -> replicas.put(node.getAddr(), node));
            sum = sum.thenCombine(countAt(master, channel), Integer::sum);
        }
        for (RedisClient replica : replicas.values()) {
            CompletableFuture<Integer> count = countAt(replica, channel)
                    .completeOnTimeout(0, REPLICA_MILLIS, TimeUnit.MILLISECONDS)
                    .exceptionally(failure -> 0);
            sum = sum.thenCombine(count, Integer::sum);
        }
        return sum;
    }

    private CompletableFuture<Integer> countAt(RedisClient node, String channel) {
        return connected()
                .getCommandExecutor()
                .<Long, Long>readAsync(node, StringCodec.INSTANCE, RedisCommands.PUBSUB_NUMSUB, channel)
                .toCompletableFuture()
                .thenApply(Long::intValue);
    }

    /** {@link Bus#eval}. */
    CompletionStage<List<Object>> eval(String script, List<Object> keys, Object... arguments) {
        return connected()
                .getScript(StringCodec.INSTANCE)
                .evalAsync(RScript.Mode.READ_WRITE, script, RScript.ReturnType.LIST, keys, arguments);
    }

    private Redisson connected() {
        Redisson client = redisson;
        if (client == null) {
            throw new IllegalStateException("redis: not connected");
        }
        return client;
    }

    void close() {
        if (redisson != null) {
            release.accept(redisson);
        }
    }
}
