package io.duet.adapter.redis;

import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.FailureText;
import io.duet.adapter.HistoryOptions;
import io.duet.adapter.HistoryOptions.Rule;
import io.duet.adapter.HistoryRange;
import io.duet.adapter.KeptPacket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The histories of one namespace's rooms on the streams wire: each a sorted set beside the stream, of texts {@code <place> <data>}, where the
 * place is the id of the stream's entry in digits of a fixed number, and the data that of the entry. Safe for any thread.
 *
 * <p>A broadcast of this node goes into the stream and the histories at once. What others write who know no histories (Node's servers, emitters)
 * is put there by every node that reads it, to the same place.
 */
final class StreamHistory {
    private static final Logger log = LoggerFactory.getLogger(StreamHistory.class);

    private static final String PLACE =
            """
            local function place(id)
              local ms, number = string.match(id, '^(%d+)-(%d+)$')
              return string.rep('0', 18 - #ms) .. ms .. '-' .. string.rep('0', 18 - #number) .. number
            end
            """;

    private static final String KEEP = PLACE
            + """
            local function keep(key, id, data, packets, age)
              redis.call('ZADD', key, 0, place(id) .. ' ' .. data)
              redis.call('ZREMRANGEBYRANK', key, 0, -tonumber(packets) - 1)
              local oldest = tonumber(string.match(id, '^%d+')) - tonumber(age)
              redis.call('ZREMRANGEBYLEX', key, '-', '(' .. string.format('%018.0f', oldest))
              redis.call('PEXPIRE', key, age)
            end
            """;

    /** Keys: stream, histories. Arguments: maximal length, uid, namespace, type, data, former id, then count and age of each history. */
    static final String APPEND = KEEP
            + """
            local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*',
                'uid', ARGV[2], 'nsp', ARGV[3], 'type', ARGV[4], 'data', ARGV[5], 'again', ARGV[6], 'kept', '1')
            for i = 2, #KEYS do keep(KEYS[i], id, ARGV[5], ARGV[2 * i + 3], ARGV[2 * i + 4]) end
            return id
            """;

    private static final String KEEP_ONE = KEEP + "keep(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) return {1}";

    /** Arguments: after, before, limit, age, whether the oldest are wanted. */
    private static final String READ = PLACE
            + """
            local now = redis.call('TIME')
            local low = '[' .. string.format('%018.0f', now[1] * 1000 + math.floor(now[2] / 1000) - ARGV[4])
            if ARGV[1] ~= '' then
              local behind = '[' .. place(ARGV[1]) .. '!'
              if behind > low then low = behind end
            end
            local high = ARGV[2] == '' and '+' or '(' .. place(ARGV[2])
            if ARGV[5] == '1' then return redis.call('ZRANGEBYLEX', KEYS[1], low, high, 'LIMIT', 0, ARGV[3]) end
            return redis.call('ZREVRANGEBYLEX', KEYS[1], high, low, 'LIMIT', 0, ARGV[3])
            """;

    /**
     * Where the history of a room is, and how much of it is kept.
     *
     * @param packets at most
     */
    record Place(String key, int packets, long ageMillis) {}

    private final String namespace;
    private final HistoryOptions options;
    private final Bus bus;
    private final StreamLog stream;
    private final Function<String, Optional<Broadcast>> decoder;

    /** Done when what was read so far is in its histories. */
    private volatile CompletableFuture<?> kept = CompletableFuture.completedFuture(null);

    /** @param decoder of an entry's data; empty if it is no broadcast that could be understood */
    StreamHistory(
            String namespace,
            HistoryOptions options,
            Bus bus,
            StreamLog stream,
            Function<String, Optional<Broadcast>> decoder) {
        this.namespace = namespace;
        this.options = options;
        this.bus = bus;
        this.stream = stream;
        this.decoder = decoder;
    }

    /** Where a broadcast belongs. */
    List<Place> placesOf(BroadcastOptions target) {
        List<Place> places = new ArrayList<>();
        for (String room : options.roomsOf(target)) {
            options.ruleOf(room)
                    .ifPresent(rule -> places.add(
                            new Place(key(room), rule.packets(), rule.age().toMillis())));
        }
        return places;
    }

    /** In the slot of the stream, if that is in a Redis Cluster. */
    private String key(String room) {
        String name = stream.name();
        String tagged = name.contains("{") ? name : "{" + name + "}";
        return tagged + ":history:" + namespace + "#" + room;
    }

    /** Another adapter's entry was read. Called before it is handed on: who joins behind it finds it kept. On one thread. */
    void onEntry(String id, StreamEntry entry) {
        if (entry.isKept() || !entry.type().equals("3")) {
            return;
        }
        decoder.apply(entry.data()).ifPresent(broadcast -> {
            for (Place place : placesOf(broadcast.options())) {
                CompletableFuture<?> before = kept;
                CompletionStage<?> now = bus.eval(
                        KEEP_ONE,
                        List.of(place.key()),
                        id,
                        entry.data(),
                        Integer.toString(place.packets()),
                        Long.toString(place.ageMillis()));
                kept = before.thenCombine(now.handle((done, failure) -> report(failure)), (first, second) -> second);
            }
        });
    }

    private static boolean report(Throwable failure) {
        if (failure != null) {
            log.warn("redis: a message of another server could not be kept: {}", FailureText.of(failure));
        }
        return failure == null;
    }

    /** {@link io.duet.adapter.Adapter#history}. */
    CompletionStage<List<KeptPacket>> read(String room, HistoryRange range) {
        Optional<Rule> rule = options.ruleOf(room);
        if (rule.isEmpty()) {
            return CompletableFuture.failedStage(HistoryOptions.notKept(room));
        }
        for (Optional<String> offset : List.of(range.after(), range.before())) {
            if (offset.isPresent() && !StreamId.isOne(offset.get())) {
                return CompletableFuture.failedStage(new IllegalArgumentException(
                        "offset: " + offset.get() + " (expected: <milliseconds>-<number>)"));
            }
        }
        String forward = range.after().isPresent() ? "1" : "0";
        return kept.thenCompose(done -> bus.eval(
                        READ,
                        List.of(key(room)),
                        range.after().orElse(""),
                        range.before().orElse(""),
                        Integer.toString(range.limit()),
                        Long.toString(rule.get().age().toMillis()),
                        forward))
                .thenCompose(found -> whenReadHere(packets(found, forward.equals("0"))));
    }

    private List<KeptPacket> packets(List<Object> found, boolean newestFirst) {
        List<KeptPacket> packets = new ArrayList<>(found.size());
        for (Object one : found) {
            String[] parts = one.toString().split(" ", 2);
            String id = StreamId.ofDigits(parts[0]);
            decoder.apply(parts[1]).ifPresent(broadcast -> {
                EventPacket packet = broadcast.packet().at(id);
                packets.add(new KeptPacket(packet, broadcast.options().except()));
            });
        }
        if (newestFirst) {
            Collections.reverse(packets);
        }
        return packets;
    }

    private CompletionStage<List<KeptPacket>> whenReadHere(List<KeptPacket> packets) {
        if (packets.isEmpty()) {
            return CompletableFuture.completedFuture(packets);
        }
        String last = packets.get(packets.size() - 1).packet().offset();
        return stream.progress().whenAt(last).thenApply(done -> packets);
    }
}
