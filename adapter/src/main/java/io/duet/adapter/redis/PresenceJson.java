package io.duet.adapter.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.adapter.presence.PresenceEntry;
import io.duet.adapter.presence.PresenceLog.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sockets as presence keeps them: {@code {"user":...,"at":...,"rooms":[...],"meta":...}}; in a batch with {@code "id"}, and nothing else if gone. */
final class PresenceJson {
    private static final Logger log = LoggerFactory.getLogger(PresenceJson.class);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private PresenceJson() {}

    static String entry(PresenceEntry entry) {
        return node(entry).toString();
    }

    /** Empty for what is not of this form, with a warning if it is no JSON: others may write here, and nobody is helped by an end of everything. */
    static Optional<PresenceEntry> entry(String json) {
        return parse(json).filter(PresenceJson::isEntry).map(PresenceJson::entry);
    }

    static String changes(Collection<Change> changes) {
        ArrayNode array = MAPPER.createArrayNode();
        for (Change change : changes) {
            ObjectNode node = change.entry().map(PresenceJson::node).orElseGet(MAPPER::createObjectNode);
            array.add(node.put("id", change.socketId()));
        }
        return array.toString();
    }

    static List<Change> changes(String json) {
        List<Change> changes = new ArrayList<>();
        for (JsonNode node : parse(json).orElseGet(MAPPER::createArrayNode)) {
            changes.add(
                    new Change(node.path("id").asText(), isEntry(node) ? Optional.of(entry(node)) : Optional.empty()));
        }
        return changes;
    }

    private static ObjectNode node(PresenceEntry entry) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("user", entry.userId()).put("at", entry.connectedAt().toEpochMilli());
        ArrayNode rooms = node.putArray("rooms");
        new TreeSet<>(entry.rooms()).forEach(rooms::add);
        node.set("meta", entry.metadata());
        return node;
    }

    private static PresenceEntry entry(JsonNode node) {
        Set<String> rooms = new TreeSet<>();
        node.path("rooms").forEach(room -> rooms.add(room.asText()));
        JsonNode metadata = node.has("meta") ? node.get("meta") : MAPPER.createObjectNode();
        return new PresenceEntry(
                node.path("user").asText(), Instant.ofEpochMilli(node.path("at").asLong()), rooms, metadata);
    }

    private static boolean isEntry(JsonNode node) {
        return node.path("user").isTextual();
    }

    private static Optional<JsonNode> parse(String json) {
        try {
            return Optional.of(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            // Without its message, which quotes the entry.
            log.warn("presence: an entry in redis is no JSON and passed over");
            return Optional.empty();
        }
    }
}
