package io.duet.wire;

import static java.util.stream.Collectors.toMap;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An answer as it came.
 *
 * @param headers the header lines
 * @param body without the framing of chunks
 */
@SuppressWarnings("ArrayRecordComponent") // Answers are never compared.
public record RawHttpResponse(int status, List<String> headers, byte[] body) {
    public RawHttpResponse {
        headers = List.copyOf(headers);
    }

    /** The body as UTF-8 text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The value of a header that may be there once. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headerMap().get(name.toLowerCase(Locale.ROOT)));
    }

    /** By name in lower case; several values joined by {@code ", "}. */
    public Map<String, String> headerMap() {
        return headers.stream()
                .collect(toMap(
                        line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                        line -> line.substring(line.indexOf(':') + 1).trim(),
                        (first, second) -> first + ", " + second));
    }

    /** Status and text, for comparing both at once. */
    @Override
    public String toString() {
        return status + " " + text();
    }
}
