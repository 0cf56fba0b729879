package io.duet.engineio;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP request without its body.
 *
 * @param method in upper case
 * @param url the request target as received, query included
 * @param path the decoded path of the target
 * @param query decoded query parameters, as {@link RequestTarget} reads them; the last value of a name wins
 * @param headers names in lower case; several values joined by {@code ", "}, those of {@code cookie} by {@code "; "}
 * @param address the client's IP address, without port: that of the peer, or what a trusted proxy says
 * @param secure whether the connection itself is TLS
 */
public record EngineRequest(
        String method,
        String url,
        String path,
        Map<String, String> query,
        Map<String, String> headers,
        String address,
        boolean secure) {

    /** @param texts to share with other requests what is alike: a session keeps the one that it began with */
    static EngineRequest of(
            HttpRequest request, Channel channel, ClientAddress clients, SharedTexts texts, boolean secure) {
        Map<String, String> headers = SmallTextMap.copyOf(lowerCase(request.headers()), texts);
        RequestTarget target = RequestTarget.parse(request.uri());
        return new EngineRequest(
                request.method().name(),
                texts.share(request.uri()),
                texts.share(target.path()),
                SmallTextMap.copyOf(target.query(), texts),
                headers,
                texts.share(clients.of(channel, headers)),
                secure);
    }

    /** Without query and headers: they hold tokens, cookies and the id of the session. */
    @Override
    public String toString() {
        return method + " " + path;
    }

    /** A header by its lower-case name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** A query parameter; empty text if it is absent. */
    String parameter(String name) {
        return query.getOrDefault(name, "");
    }

    /** Whether bytes may be sent as they are: clients that take base64 only say so. Node's {@code supportsBinary}. */
    boolean takesBinary() {
        return parameter("b64").isEmpty();
    }

    /** Asks to become a WebSocket (RFC 6455, section 4.2.1). */
    boolean isWebSocketUpgrade() {
        return header("upgrade")
                        .map(value -> value.equalsIgnoreCase("websocket"))
                        .orElse(false)
                && header("connection")
                        .map(value -> value.toLowerCase(Locale.ROOT).contains("upgrade"))
                        .orElse(false);
    }

    private static Map<String, String> lowerCase(HttpHeaders headers) {
        Map<String, String> result = new LinkedHashMap<>();
        headers.forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            result.merge(name, header.getValue(), (a, b) -> a + (name.equals("cookie") ? "; " : ", ") + b);
        });
        return result;
    }
}
