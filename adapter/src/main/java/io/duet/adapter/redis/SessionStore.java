package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.SessionState;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions in Redis, as Node's streams adapter keeps them: base64 of MessagePack {@code {sid, pid, rooms, data}}, with members of our own besides:
 * {@code node}, who wrote it, and {@code offset}, {@code sent}, {@code upTo} of {@link SessionState}.
 *
 * <p>Whoever takes a session leaves it there behind a mark, and Node takes that for none: so a node that still believes to have the client is told,
 * when it writes, that the client is elsewhere; and who has taken it but did not get the answer can ask again. Safe for any thread; every call
 * fails within a second if Redis is away.
 */
final class SessionStore {
    private static final Logger log = LoggerFactory.getLogger(SessionStore.class);

    private static final Duration LIMIT = Duration.ofSeconds(1);

    /** Of a session's text, which does not depend on anything but the node. */
    private static final int MARK_LENGTH = 28;

    private static final String WRITE =
            """
            local found = redis.call('GET', KEYS[1])
            if ARGV[2] == 'again' and found and string.sub(found, 1, #ARGV[1]) ~= ARGV[1] then return {0} end
            redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
            return {1}
            """;

    private static final String FORGET =
            """
            local found = redis.call('GET', KEYS[1])
            if found and string.sub(found, 1, #ARGV[1]) == ARGV[1] then redis.call('SET', KEYS[1], '', 'PX', ARGV[2]) end
            return {1}
            """;

    /** Base64 of the one byte that begins no MessagePack: who reads on fails. */
    private static final String TAKEN = "wQ==";

    private static final String TAKE =
            """
            local found = redis.call('GET', KEYS[1])
            if not found or found == '' then return {''} end
            if string.sub(found, 1, #ARGV[1]) == ARGV[1] then return {string.sub(found, #ARGV[1] + 1)} end
            if string.sub(found, 1, #ARGV[2]) == ARGV[2] then return {''} end
            redis.call('SET', KEYS[1], ARGV[1] .. found, 'PX', ARGV[3])
            return {found}
            """;

    private final Bus bus;
    private final String keyPrefix;
    private final String node;
    private final String expiry;
    private final String mark;

    /**
     * @param node the uid of this node's adapter, 16 characters
     * @param kept how long a session is kept
     */
    SessionStore(Bus bus, String keyPrefix, String node, Duration kept) {
        this.bus = bus;
        this.keyPrefix = keyPrefix;
        this.node = node;
        this.expiry = Long.toString(Math.max(1, kept.toMillis()));
        this.mark = encode(new SessionState("", "", Set.of(), JsonNodeFactory.instance.objectNode(), ""))
                .substring(0, MARK_LENGTH);
    }

    /**
     * Writes a session.
     *
     * @param again whether this node has written it before
     * @return false if another node has it since
     */
    CompletionStage<Boolean> write(SessionState session, boolean again) {
        return eval(WRITE, session.privateId(), mark, again ? "again" : "first", encode(session), expiry)
                .thenApply(answer -> answer.get(0).equals(1L));
    }

    /** Takes back what this node has written, if no other node has the session. */
    CompletionStage<Boolean> forget(String privateId) {
        return eval(FORGET, privateId, mark, expiry).thenApply(answer -> true);
    }

    /**
     * Takes a session out, once.
     *
     * @param taker who asks; may ask again, and gets the same answer
     */
    CompletionStage<Optional<SessionState>> take(String privateId, String taker) {
        return eval(TAKE, privateId, TAKEN + taker, TAKEN, expiry)
                .thenApply(answer -> decode(privateId, String.valueOf(answer.get(0))));
    }

    private CompletionStage<List<Object>> eval(String script, String privateId, Object... arguments) {
        return bus.eval(script, List.of(keyPrefix + privateId), arguments)
                .toCompletableFuture()
                .orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The node first: the text begins with it. */
    private String encode(SessionState session) {
        ObjectNode tree = JsonNodeFactory.instance
                .objectNode()
                .put("node", node)
                .put("sid", session.socketId())
                .put("pid", session.privateId());
        tree.set("rooms", WireOptions.names(session.rooms()));
        tree.set("data", session.data());
        tree.put("offset", session.offset()).put("sent", session.sent()).put("upTo", session.upTo());
        return Base64.getEncoder().encodeToString(Payloads.toMessagePack(tree));
    }

    private static Optional<SessionState> decode(String privateId, String value) {
        if (value.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode tree = MessageReader.object(
                    "session", Payloads.fromMessagePack(Base64.getDecoder().decode(value)));
            JsonNode data = tree.path("data").isObject() ? tree.get("data") : JsonNodeFactory.instance.objectNode();
            return Optional.of(new SessionState(
                    MessageReader.text(tree, "sid"),
                    privateId,
                    WireOptions.readNames("rooms", tree.get("rooms")),
                    data,
                    tree.path("offset").asText(),
                    tree.path("sent").asText(),
                    tree.path("upTo").asText()));
        } catch (IllegalArgumentException e) {
            log.debug("session not understood: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
