package io.duet.engineio;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
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
 * @param query decoded query parameters; the last value of a name wins
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
        String path;
        Map<String, String> query = new LinkedHashMap<>();
        try {
            QueryStringDecoder target = new QueryStringDecoder(request.uri());
            path = target.path();
            target.parameters().forEach((name, values) -> query.put(name, values.get(values.size() - 1)));
        } catch (IllegalArgumentException e) {
            // A broken percent escape: the target is taken as it stands, without query.
            path = request.uri();
            query.clear();
        }
        return new EngineRequest(
                request.method().name(),
                texts.share(request.uri()),
                texts.share(path),
                SmallTextMap.copyOf(query, texts),
                headers,
                texts.share(clients.of(channel, headers)),
                secure);
    }

    /** A header by its lower-case name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** A query parameter; empty text if it is absent. */
    String parameter(String name) {
        return query.getOrDefault(name, "");
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
