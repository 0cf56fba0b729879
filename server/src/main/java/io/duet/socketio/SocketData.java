package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What applications keep at the sockets of a namespace, as JSON for other nodes and for clients that come back. For any thread. */
final class SocketData {
    private static final Logger log = LoggerFactory.getLogger(SocketData.class);

    private final Server server;

    /** Names of those that were told of. */
    private final Set<String> unwritable = ConcurrentHashMap.newKeySet();

    SocketData(Server server) {
        this.server = server;
    }

    /** A copy, without what cannot be written: one such value must neither hide its socket nor keep it from ending. */
    JsonNode tree(Map<String, Object> data) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        data.forEach((key, value) -> {
            try {
                tree.set(key, server.toTree(value));
            } catch (IllegalArgumentException e) {
                String type = value.getClass().getName();
                if (unwritable.add(type)) {
                    log.warn("data of a socket left out: {} is {} (expected: what the mapper can write)", key, type);
                }
                log.debug("data of a socket left out: {}", key, e);
            }
        });
        return tree;
    }
}
