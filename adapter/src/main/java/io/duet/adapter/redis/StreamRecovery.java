package io.duet.adapter.redis;

import io.duet.adapter.EventPacket;
import io.duet.adapter.LocalSocket;
import io.duet.adapter.SessionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Connection state recovery in one namespace of the streams wire: offsets are ids of entries, and what a client has missed is behind its offset.
 * Safe for any thread.
 */
final class StreamRecovery {
    private static final int PAGE = 500;

    /** For what is in the stream to be read by this node as well. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Redis may be away. */
    private static final Duration START_LIMIT = Duration.ofSeconds(1);

    /** Whether everything behind an id is still there: the entry itself is, or nothing was ever cut from the beginning. */
    private static final String KNOWS =
            """
            local function knows(id, maxLen)
              return #redis.call('XRANGE', KEYS[1], id, id) > 0
                  or (id == '0-0' and redis.call('XLEN', KEYS[1]) < tonumber(maxLen))
            end
            """;

    private static final String CHECK = KNOWS + "return {knows(ARGV[1], ARGV[2]) and 1 or 0}";

    /** Nothing if the id is not known; else how many entries were looked at, the id of the last, then id and data of each broadcast of the namespace. */
    private static final String BEHIND = KNOWS
            + """
            if not knows(ARGV[1], ARGV[2]) then return {} end
            local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[3])
            local found = {#entries, #entries > 0 and entries[#entries][1] or ARGV[1]}
            for _, entry in ipairs(entries) do
              local fields = {}
              for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
              if fields.nsp == ARGV[4] and fields.type == '3' and fields.data then
                found[#found + 1] = entry[1]
                found[#found + 1] = fields.data
              end
            end
            return found
            """;

    private final String namespace;
    private final Bus bus;
    private final StreamLog stream;
    private final StreamSessions sessions;
    private final Function<String, Optional<Broadcast>> decoder;

    /** @param decoder of an entry's data; empty if it is no broadcast that could be understood */
    StreamRecovery(
            String namespace,
            Bus bus,
            StreamLog stream,
            StreamSessions sessions,
            Function<String, Optional<Broadcast>> decoder) {
        this.namespace = namespace;
        this.bus = bus;
        this.stream = stream;
        this.sessions = sessions;
        this.decoder = decoder;
    }

    StreamSessions sessions() {
        return sessions;
    }

    String position() {
        return stream.progress().position();
    }

    /** {@link StreamSessions#joined}; a node that has just started waits for the stream, for the sake of its position. */
    CompletionStage<Void> joined(LocalSocket socket) {
        return stream.started()
                .toCompletableFuture()
                .copy()
                .completeOnTimeout(null, START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(started -> sessions.joined(socket));
    }

    /** Hands on a packet that is in no stream. A client takes the last argument of any event, if it is text, for its offset: so it has one. */
    void deliver(EventPacket packet, Consumer<EventPacket> delivery) {
        stream.progress().inTurn(position -> delivery.accept(packet.behind(position)));
    }

    /** Takes a session, if all that its client has missed is there; it is gone in either case. */
    CompletionStage<Optional<SessionState>> restore(String privateId, Optional<String> seen) {
        if (seen.isPresent() && !StreamId.isOne(seen.get())) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return sessions.take(privateId).thenCompose(taken -> {
            Optional<SessionState> found = taken.map(session -> session.resumed(seen, StreamId.ORDER))
                    .filter(session -> StreamId.isOne(session.offset()));
            if (found.isEmpty()) {
                return CompletableFuture.completedFuture(found);
            }
            return StreamSessions.patiently(() ->
                            bus.eval(CHECK, List.of(stream.name()), found.get().offset(), maxLen()))
                    .thenApply(answer -> answer.get(0).equals(1L) ? found : Optional.empty());
        });
    }

    /** In order, each with its own offset; done when what comes behind them reaches this node's sockets by itself. */
    CompletionStage<List<EventPacket>> missed(SessionState session) {
        return page(session, session.offset(), new ArrayList<>());
    }

    private CompletionStage<List<EventPacket>> page(SessionState session, String after, List<EventPacket> missed) {
        return StreamSessions.patiently(() ->
                        bus.eval(BEHIND, List.of(stream.name()), after, maxLen(), Integer.toString(PAGE), namespace))
                .thenCompose(found -> {
                    if (found.isEmpty()) {
                        throw new IllegalStateException("offset: cut from the stream meanwhile (expected: known)");
                    }
                    for (int i = 2; i + 1 < found.size(); i += 2) {
                        String id = String.valueOf(found.get(i));
                        decoder.apply(String.valueOf(found.get(i + 1)))
                                .filter(broadcast -> isMissed(broadcast, session.rooms()))
                                .ifPresent(broadcast ->
                                        missed.add(broadcast.packet().keptAt(id)));
                    }
                    String last = String.valueOf(found.get(1));
                    return (long) found.get(0) < PAGE
                            ? stream.progress()
                                    .whenAt(last)
                                    .toCompletableFuture()
                                    .orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                                    .thenApply(done -> missed)
                            : page(session, last, missed);
                });
    }

    /** Volatile ones are for who is there. */
    private static boolean isMissed(Broadcast broadcast, Set<String> rooms) {
        Set<String> targets = broadcast.options().rooms();
        return !broadcast.options().flags().isVolatile()
                && (targets.isEmpty() || !Collections.disjoint(targets, rooms))
                && Collections.disjoint(broadcast.options().except(), rooms);
    }

    private String maxLen() {
        return Integer.toString(stream.maxLen());
    }
}
