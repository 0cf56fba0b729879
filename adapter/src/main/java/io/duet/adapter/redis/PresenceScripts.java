package io.duet.adapter.redis;

/**
 * What {@link RedisPresenceLog} does in Redis, each script atomic. {@code documentation: adapter/docs/presence.md}.
 *
 * <p>Keys, always in this order: leases, log, counter, this node's sockets. The keys of other nodes' sockets are derived: all have one hash tag.
 */
final class PresenceScripts {
    /** Field of a node's sockets that counts the node's batches; no socket id has its form. */
    static final String VERSION = "#version";

    /** Entries older than a lease are cut: a node that has not read them by then has died, and reads everything when it is back. */
    private static final String COMMON =
            """
            local leases, log, counter, sockets = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local function keep(lease, ...)
              for _, key in ipairs({...}) do redis.call('PEXPIRE', key, lease + 1000) end
            end
            local function append(lease, kind, node, batch)
              local number = redis.call('INCR', counter)
              redis.call('XADD', log, 'MINID', '~', now - lease, '*', 'n', number, kind, node, 'changes', batch)
              keep(lease, log, counter)
            end
            """;

    /**
     * Buries nodes whose lease is over, then renews this node's. Arguments: node, lease in ms, prefix of socket keys, wake-up channel and the
     * command to publish there, {@code 1} to join anew. Answers whether the node is registered, the clock, the counter, its own version, then each node and the end of its lease.
     */
    static final String RENEW = COMMON
            + """
            local node, lease, prefix, channel, publish = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
            local dead = redis.call('ZRANGEBYSCORE', leases, '-inf', now)
            for _, other in ipairs(dead) do
              redis.call('ZREM', leases, other)
              redis.call('UNLINK', prefix .. other)
              append(lease, 'gone', other, '')
            end
            if #dead > 0 then redis.call(publish, channel, '') end
            local registered = redis.call('ZSCORE', leases, node) or ARGV[6] == '1'
            local version = redis.call('HGET', sockets, '#version') or ''
            if registered then
              redis.call('ZADD', leases, now + lease, node)
              keep(lease, leases, log, counter, sockets)
            end
            local answer = {registered and 1 or 0, now, tonumber(redis.call('GET', counter) or '0'), version}
            for i, value in ipairs(redis.call('ZRANGE', leases, 0, -1, 'WITHSCORES')) do
              table.insert(answer, i % 2 == 1 and value or tonumber(value))
            end
            return answer
            """;

    /**
     * Writes one batch of changes. Arguments: node, lease in ms, wake-up channel and the command to publish there, the version before ({@code *}:
     * any), the version after, the changes as JSON, how many sockets are set, then their ids and entries, then the ids of those that are gone. Answers 1, or 0 if the node has
     * to register anew: its lease is over, or Redis has lost a batch of it. The same batch once more changes nothing.
     */
    static final String WRITE = COMMON
            + """
            local node, lease, channel, publish = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
            local before, after, changes = ARGV[5], ARGV[6], ARGV[7]
            if not redis.call('ZSCORE', leases, node) then return {0} end
            local version = redis.call('HGET', sockets, '#version') or ''
            if version == after then return {1} end
            if before ~= '*' and version ~= before then return {0} end
            local first = 9
            local last = first + 2 * tonumber(ARGV[8]) - 1
            for i = first, last, 2 do redis.call('HSET', sockets, ARGV[i], ARGV[i + 1]) end
            for i = last + 1, #ARGV do redis.call('HDEL', sockets, ARGV[i]) end
            redis.call('HSET', sockets, '#version', after)
            append(lease, 'node', node, changes)
            keep(lease, leases, sockets)
            redis.call(publish, channel, '')
            return {1}
            """;

    /**
     * Reads on. Arguments: id of the last entry read, how many at most. Answers the clock, the counter, and for each entry its id, number, kind,
     * node and changes.
     */
    static final String READ = COMMON
            + """
            local answer = {now, tonumber(redis.call('GET', counter) or '0')}
            for _, entry in ipairs(redis.call('XRANGE', log, '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
              local f = entry[2]
              for _, value in ipairs({entry[1], f[2], f[3], f[4], f[6]}) do table.insert(answer, value) end
            end
            return answer
            """;

    /** Where the log ends and who is there. Answers the clock, the counter, the id of the last entry, then the living nodes. */
    static final String HEAD = COMMON
            + """
            local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)
            local answer = {now, tonumber(redis.call('GET', counter) or '0'), last[1] and last[1][1] or '0-0'}
            for _, node in ipairs(redis.call('ZRANGEBYSCORE', leases, now, '+inf')) do table.insert(answer, node) end
            return answer
            """;

    /** A page of a node's sockets, given as the fourth key. Argument: cursor. Answers the next cursor, then ids and entries. */
    static final String SCAN = COMMON
            + """
            local page = redis.call('HSCAN', sockets, ARGV[1], 'COUNT', 500)
            local answer = {page[1]}
            for _, value in ipairs(page[2]) do table.insert(answer, value) end
            return answer
            """;

    /** Leaves, and takes out what sockets are left. Arguments: node, lease in ms, wake-up channel and the command to publish there. Answers whether
     * it was there. */
    static final String LEAVE = COMMON
            + """
            local node, lease, channel, publish = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
            redis.call('UNLINK', sockets)
            local left = redis.call('ZREM', leases, node)
            if left == 1 then
              append(lease, 'gone', node, '')
              redis.call(publish, channel, '')
            end
            return {left}
            """;

    private PresenceScripts() {}
}
