package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A complete HTTP answer. {@code Content-Length} and {@code Connection} are added when it is sent.
 *
 * @param status HTTP status code
 * @param headers as they go out
 * @param body not copied: must not change any more
 */
@SuppressWarnings("ArrayRecordComponent") // Replies are never compared.
public record HttpReply(int status, Map<String, String> headers, byte[] body) {
    private static final byte[] NO_BODY = {};

    public HttpReply {
        headers = Map.copyOf(headers);
        requireNonNull(body, "body");
    }

    public static HttpReply empty(int status) {
        return new HttpReply(status, Map.of(), NO_BODY);
    }

    public static HttpReply of(int status, String contentType, String text) {
        return of(status, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    public static HttpReply of(int status, String contentType, byte[] body) {
        return new HttpReply(status, Map.of("Content-Type", contentType), body);
    }
}
