package io.duet.adapter.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.redisson.client.RedisClient;
import org.redisson.connection.ConnectionManager;
import org.redisson.connection.MasterSlaveEntry;

/** Which of a bus's shards has which channel. Safe for any thread, where not said otherwise. */
interface Shards {
    Shard of(String channel);

    Collection<Shard> all();

    /** Called once, on the bus's thread, before anything else. */
    void start();

    /** Called at intervals on the bus's thread, when every topic is where it belongs: ends those that have no channels any more. */
    void retire();

    /** The one that has all channels. */
    record Single(Shard shard) implements Shards {
        @Override
        public Shard of(String channel) {
            return shard;
        }

        @Override
        public Collection<Shard> all() {
            return List.of(shard);
        }

        @Override
        public void start() {
            shard.start();
        }

        @Override
        public void retire() {
            // There is no other.
        }
    }

    /** One for each master of a Redis Cluster, as Redisson knows them; it finds out by itself, at its scan interval, what has changed. */
    final class OfCluster implements Shards {
        private final ConnectionManager cluster;
        private final Function<Supplier<RedisClient>, Shard> create;

        /** By Redisson's entry, which stays the same when a replica takes over. */
        private final Map<MasterSlaveEntry, Shard> shards = new ConcurrentHashMap<>();

        OfCluster(ConnectionManager cluster, Function<Supplier<RedisClient>, Shard> create) {
            this.cluster = cluster;
            this.create = create;
        }

        @Override
        public Shard of(String channel) {
            MasterSlaveEntry master = cluster.getEntry(cluster.calcSlot(channel));
            // Nobody has the slot for now: it waits with any, and moves when somebody has.
            return of(master == null ? cluster.getEntrySet().iterator().next() : master);
        }

        private Shard of(MasterSlaveEntry master) {
            return shards.computeIfAbsent(master, entry -> {
                Shard shard = create.apply(entry::getClient);
                shard.start();
                return shard;
            });
        }

        @Override
        public Collection<Shard> all() {
            return shards.values();
        }

        @Override
        public void start() {
            cluster.getEntrySet().forEach(this::of);
        }

        @Override
        public void retire() {
            start();
            Collection<MasterSlaveEntry> present = cluster.getEntrySet();
            for (MasterSlaveEntry master : new ArrayList<>(shards.keySet())) {
                Shard shard = shards.get(master);
                if (!present.contains(master) && shard != null) {
                    shards.remove(master);
                    shard.drain().thenRun(shard::close);
                }
            }
        }
    }
}
