package io.duet.engineio;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/** The headers of an answer that is being prepared. Names are not case-sensitive. Use it only within the call that was given it. */
public final class ResponseHeaders {
    private final HttpHeaders headers;

    ResponseHeaders(HttpHeaders headers) {
        this.headers = headers;
    }

    /** Replaces what was there under this name. */
    public ResponseHeaders set(String name, String value) {
        headers.set(name, value);
        return this;
    }

    /** Adds another header of this name. */
    public ResponseHeaders add(String name, String value) {
        headers.add(name, value);
        return this;
    }

    public ResponseHeaders remove(String name) {
        headers.remove(name);
        return this;
    }

    /** The first value of a header. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(headers.get(name));
    }
}
