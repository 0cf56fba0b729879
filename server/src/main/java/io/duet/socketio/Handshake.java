package io.duet.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.engineio.EngineRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a socket came to be: the HTTP request that opened its connection (also after an upgrade) and the payload of its CONNECT packet.
 *
 * <p>Holds secrets: cookies, tokens. Its {@link #toString} shows none of them.
 */
public final class Handshake {
    private static final DateTimeFormatter NODE_DATE = DateTimeFormatter.ofPattern(
                    "EEE MMM dd uuuu HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final EngineRequest request;

    /** {@code null} for an empty object that nobody has asked for. */
    private @Nullable JsonNode auth;

    private final Instant issued;

    Handshake(EngineRequest request, JsonNode auth, Instant issued) {
        this.request = request;
        this.auth = auth.isObject() && auth.isEmpty() ? null : auth;
        this.issued = issued;
    }

    /** Names in lower case; several values joined by {@code ", "} (cookies by {@code "; "}). */
    public Map<String, String> headers() {
        return request.headers();
    }

    /** The decoded query parameters of the request. */
    public Map<String, String> query() {
        return request.query();
    }

    /** What the client passed as {@code auth}; an empty object if nothing. */
    public synchronized JsonNode auth() {
        JsonNode given = auth;
        if (given == null) {
            given = JsonNodeFactory.instance.objectNode();
            auth = given;
        }
        return given;
    }

    /** The request target as received. */
    public String url() {
        return request.url();
    }

    /** The peer's IP address. */
    public String address() {
        return request.address();
    }

    /** Whether an {@code Origin} header was present. */
    public boolean xdomain() {
        return request.headers().containsKey("origin");
    }

    /** Whether the connection itself is TLS. */
    public boolean secure() {
        return request.secure();
    }

    /** When the socket was made. */
    public Instant issued() {
        return issued;
    }

    /** As it travels between nodes, with Node's names and forms. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode headers = json.putObject("headers");
        headers().forEach(headers::put);
        json.put("time", NODE_DATE.format(issued));
        json.put("address", address());
        json.put("xdomain", xdomain());
        json.put("secure", secure());
        json.put("issued", issued.toEpochMilli());
        json.put("url", url());
        ObjectNode query = json.putObject("query");
        query().forEach(query::put);
        json.set("auth", auth());
        return json;
    }

    @Override
    public String toString() {
        return "handshake of " + issued;
    }
}
